import { chmod, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipEnv } from "#server/env";
import { KrdcError } from "#server/errors";
import { type AppVersion, appReference } from "#server/graph/app";
import { digestOfJson } from "#server/protocol/canonical";
import type { FrameworkContext } from "../context";
import { readStored } from "../storage/store";
import { type Build, insertImage, updateBuild } from "./apps.repo";
import { imageFolder } from "./find-image";
import { type AppManifest, appManifest } from "./manifest";
import { parametersOfParser, problemsOfParser } from "./parameters-of-parser";
import { probeResult } from "./parser-shape";
import { runTool } from "./run-tool";
import { digestOfTree, listTree, unpackSource } from "./unpack-source";

const refuse = (code: string, detail: Record<string, unknown> = {}) => new KrdcError("unprocessable", code, { detail });

async function readManifest(app: string): Promise<AppManifest> {
  const text = await readFile(join(app, "krdc.app.json"), "utf8").catch(() => undefined);
  if (text === undefined) throw refuse("app.manifest_missing");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw refuse("app.manifest_not_json");
  }
  const read = appManifest.safeParse(json);
  if (!read.success) {
    const problems = read.error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message }));
    throw refuse("app.manifest_invalid", { problems });
  }
  return read.data;
}

/** The archive may hold the app itself or one folder with it. */
async function rootOf(unpacked: string): Promise<string> {
  const names = await readdir(unpacked);
  const [only] = names;
  if (names.length === 1 && only !== undefined && (await stat(join(unpacked, only))).isDirectory())
    return join(unpacked, only);
  return unpacked;
}

/** What pip writes differently on each machine though the package is the same. */
const isMachineDependent = (path: string) =>
  /(^|\/)(__pycache__|bin)(\/|$)|\.dist-info\/(RECORD|INSTALLER|REQUESTED|direct_url\.json)$/.test(path);

async function installRequirements(ctx: FrameworkContext, build: Build, work: string): Promise<string> {
  const venv = join(work, "venv");
  await runTool(ctx, build, "venv", {
    command: ["python3", "-m", "venv", "--without-pip", "--symlinks", venv],
    cwd: work,
    seconds: 120,
  });
  const packages = join(venv, "lib");
  const [python] = await readdir(packages);
  const target = join(packages, python ?? "python3", "site-packages");
  const requirements = join(work, "app", "requirements.txt");
  const isNeeded = await stat(requirements).then(
    (facts) => facts.size > 0,
    () => false,
  );
  if (!isNeeded) return target;
  const tools = join(ctx.folder, "tools", "pip");
  const isToolThere = await stat(join(tools, "bin", "python3")).then(
    () => true,
    () => false,
  );
  if (!isToolThere)
    await runTool(ctx, build, "tools", { command: ["python3", "-m", "venv", tools], cwd: work, seconds: 180 });
  const pip = [
    "-m",
    "pip",
    "install",
    "--disable-pip-version-check",
    "--no-input",
    "--no-compile",
    "--progress-bar=off",
  ];
  await runTool(ctx, build, "pip", {
    command: [join(tools, "bin", "python3"), ...pip, "--target", target, "-r", requirements],
    cwd: work,
    seconds: 1800,
    environment: pipEnv(),
    code: "app.requirements_failed",
  });
  return target;
}

async function probe(ctx: FrameworkContext, build: Build, work: string, manifest: AppManifest) {
  const out = join(work, "probe.json");
  const main = manifest.command.find((part) => part.endsWith(".py")) ?? "main.py";
  await runTool(ctx, build, "probe", {
    command: [
      join(work, "venv", "bin", "python3"),
      join(ctx.runtime.toolFolder, "probe.py"),
      "--main",
      main,
      "--out",
      out,
    ],
    cwd: join(work, "app"),
    seconds: 60,
    environment: { MPLBACKEND: "Agg", PYTHONDONTWRITEBYTECODE: "1" },
    mayFail: true,
  });
  const text = await readFile(out, "utf8").catch(() => undefined);
  if (text === undefined) throw refuse("app.probe_failed");
  const read = probeResult.parse(JSON.parse(text));
  if ("error" in read) {
    const { code, message } = read.error as { code: string; message?: string };
    throw refuse(`app.probe_${code}`, { message: message ?? "" });
  }
  return read;
}

async function describe(ctx: FrameworkContext, build: Build, work: string, manifest: AppManifest): Promise<AppVersion> {
  const parsed = await probe(ctx, build, work, manifest);
  const problems = problemsOfParser(parsed.parameters, manifest.parameters);
  if (problems.length > 0) throw refuse("app.parameters_unclear", { problems });
  const readme = await readFile(join(work, "app", "README.md"), "utf8").catch(() => "");
  const about = (parsed.description ?? "").slice(0, 1900);
  return {
    cluster: ctx.name,
    name: manifest.name,
    version: manifest.version,
    digest: `sha256:${"0".repeat(64)}`,
    title: manifest.title ?? { ko: manifest.name, en: manifest.name },
    summary: manifest.summary ?? { ko: about, en: about },
    readme: readme.slice(0, 200_000),
    licence: manifest.licence,
    field: manifest.field,
    parameters: parametersOfParser(parsed.parameters, manifest.parameters),
    resources: manifest.resources,
    access: manifest.access,
    ...(manifest.network ? { network: manifest.network } : {}),
    sourceCommit: null,
    publishedAt: null,
  };
}

/** Nothing of an image changes after its digest was taken; a guard against mistakes, not against an app of the same user. */
async function protect(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await protect(path);
    else if (entry.isFile()) await chmod(path, (await stat(path)).mode & 0o555);
  }
}

/** Moves the finished folder to its digest; equal content that is already there stays. */
async function settle(ctx: FrameworkContext, work: string, digest: string): Promise<void> {
  const final = imageFolder(ctx, digest);
  await mkdir(join(ctx.folder, "images"), { recursive: true, mode: 0o700 });
  try {
    await rename(work, final);
  } catch {
    await rm(work, { recursive: true, force: true });
    if (!(await stat(final).catch(() => undefined))) throw new KrdcError("unavailable", "storage.cannot_write");
  }
  await protect(final);
}

/** Commands run from the image's own environment: its python3, and its files by their place in the app's folder. */
const commandIn = (folder: string, manifest: AppManifest) =>
  manifest.command.map((part, place) =>
    place === 0 && part.startsWith("python3") ? join(folder, "venv", "bin", "python3") : part,
  );

/** Builds one image from stored sources: unpack, virtual environment, requirements, probe, digest over the content. */
export async function buildImage(ctx: FrameworkContext, build: Build): Promise<{ app: string; digest: string }> {
  const work = join(ctx.folder, "builds", build.id);
  await rm(work, { recursive: true, force: true });
  const unpacked = join(work, "unpacked");
  await mkdir(unpacked, { recursive: true, mode: 0o700 });
  await updateBuild(ctx.db, build, { state: "BUILDING" });
  const source = readStored(ctx.folder, build.sourceSha256);
  await unpackSource(source.path, unpacked, (await stat(source.path)).size);
  await rename(await rootOf(unpacked), join(work, "app"));
  await rm(unpacked, { recursive: true, force: true });
  const manifest = await readManifest(join(work, "app"));
  const packages = await installRequirements(ctx, build, work);
  await updateBuild(ctx.db, build, { state: "PROBING" });
  const described = await describe(ctx, build, work, manifest);
  await rm(join(work, "probe.json"), { force: true });
  const content = {
    command: manifest.command,
    app: digestOfTree(await listTree(join(work, "app"), (path) => path.includes("__pycache__"))),
    packages: digestOfTree(await listTree(packages, isMachineDependent)),
  };
  const digest = `sha256:${digestOfJson(content)}`;
  await settle(ctx, work, digest);
  const document = { ...described, digest };
  const kept = await insertImage(ctx.db, {
    digest,
    name: document.name,
    version: document.version,
    document,
    command: commandIn(imageFolder(ctx, digest), manifest),
    sourceSha256: build.sourceSha256,
    builtBy: build.builtBy,
    createdAt: ctx.now(),
  });
  if (!kept) throw refuse("app.version_exists", { app: appReference(document) });
  return { app: appReference(document), digest };
}
