import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { contentHash, listSources, readJson, writeJson } from "./bootstrap/hashing.js";
import { commandLineEnv, type HousePlan } from "./child-env";
import { line, words } from "./words";

const sampleList = z.array(z.object({ dir: z.string(), cluster: z.string() }));
const appFile = z.looseObject({ name: z.string(), version: z.string() });
const doneFile = z.record(z.string(), z.string());

type Loading = { write: (text: string) => void; signal: AbortSignal };
type Answer = { code: number; output: string; problem: string };
type Sample = { name: string; digest: string; load: (token: string) => Promise<string | undefined> };

/**
 * Sends every sample through the same command line that a provider uses, small ones first. What fails is told and
 * tried again by the next start; the start itself never fails by it.
 */
export async function loadSamples(plan: HousePlan, { write, signal }: Loading): Promise<void> {
  const folder = join(plan.bundles, "samples");
  const samples = [...appSamples(plan, folder, signal), ...workflowSamples(plan, folder, signal)];
  for (const sample of samples) {
    const told = await loadSample(plan, sample, signal);
    if (signal.aborted) return;
    write(line(told));
  }
  if (samples.length > 0) write(line(words.samplesDone()));
}

/** What was loaded before in the same content is left alone. */
async function loadSample(plan: HousePlan, sample: Sample, signal: AbortSignal): Promise<[string, string]> {
  const file = join(plan.home, "samples.json");
  const done = doneFile.catch({}).parse(readJson(file) ?? {});
  if (done[sample.name] === sample.digest) return words.sampleThere(sample.name);
  const problem = await tryLoad(plan, sample, signal);
  if (problem !== undefined) return words.sampleFailed(sample.name, problem);
  writeJson(file, { ...done, [sample.name]: sample.digest });
  return words.sampleBuilt(sample.name);
}

/** Returns why it failed, or undefined when it did not. */
async function tryLoad(plan: HousePlan, sample: Sample, signal: AbortSignal): Promise<string | undefined> {
  const token = await runCommandLine(plan, ["token", "--as", "provider"], signal);
  if (token.code !== 0) return token.problem;
  return sample.load(token.output.trim());
}

function appSamples(plan: HousePlan, folder: string, signal: AbortSignal): Sample[] {
  const listed = sampleList.safeParse(readJson(join(folder, "apps.json")));
  if (!listed.success) return [];
  return listed.data.map(({ dir, cluster }) => {
    const source = join(folder, dir);
    return {
      name: `${cluster}/${dir.split("/").at(-1)}`,
      digest: digestOf(source),
      async load(token) {
        const app = appFile.safeParse(readJson(join(source, "krdc.app.json")));
        if (!app.success) return "krdc.app.json";
        const register = ["app", "register", source, "--cluster", cluster, "--wait"];
        const registered = await runCommandLine(plan, register, signal, token);
        if (registered.code !== 0) return registered.problem;
        const version = `${cluster}/${app.data.name}@${app.data.version}`;
        const published = await runCommandLine(plan, ["app", "publish", version], signal, token);
        return published.code === 0 ? undefined : published.problem;
      },
    };
  });
}

function workflowSamples(plan: HousePlan, folder: string, signal: AbortSignal): Sample[] {
  const workflows = join(folder, "workflows");
  if (!existsSync(workflows)) return [];
  const files = readdirSync(workflows)
    .filter((name) => name.endsWith(".json"))
    .sort();
  return files.map((name) => ({
    name: `workflows/${name.replace(/\.json$/, "")}`,
    digest: contentHash(workflows, [name]),
    async load(token) {
      const imported = await runCommandLine(
        plan,
        ["workflow", "import", join(workflows, name), "--template"],
        signal,
        token,
      );
      return imported.code === 0 ? undefined : imported.problem;
    },
  }));
}

function digestOf(source: string): string {
  return contentHash(
    source,
    listSources(source, ["."], (path) => !path.includes("__pycache__")),
  );
}

function runCommandLine(plan: HousePlan, args: string[], signal: AbortSignal, token?: string): Promise<Answer> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(plan.bundles, "krdc.mjs"), ...args], {
      cwd: plan.home,
      env: commandLineEnv(plan, token) as NodeJS.ProcessEnv,
      stdio: ["ignore", "pipe", "pipe"],
      signal,
      killSignal: "SIGKILL",
    });
    let output = "";
    let problem = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output = (output + chunk.toString("utf8")).slice(-65_536);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      problem = (problem + chunk.toString("utf8")).slice(-8_192);
    });
    child.on("error", (error) => resolve({ code: 1, output, problem: error.message }));
    child.on("close", (code) =>
      resolve({ code: code ?? 1, output, problem: problem.trim().split("\n").at(-1) ?? "no answer" }),
    );
  });
}
