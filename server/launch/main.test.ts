import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isAlive } from "./bootstrap/process-identity.js";
import { chooseFreePort } from "./ports";
import { fakeFramework, fakePortal, runner } from "./stand-ins.build";
import { readProcesses } from "./supervision/processes-file";
import { endedWithin, sendSignal } from "./supervision/signals";
import { waitUntil } from "./wait-until";

const parent = mkdtempSync(join(tmpdir(), "krdc launch "));
const bundles = join(parent, "bundles");
const portal = join(parent, "portal");
const home = join(parent, "집 home");
const launchers: ChildProcess[] = [];
let port = 0;

/** The real launcher, Postgres and identity provider; portal and frameworks speak only their part of enrolment. */
beforeAll(async () => {
  mkdirSync(bundles);
  mkdirSync(portal);
  await build({
    entryPoints: { launch: "server/launch/main.ts", identity: "server/identity/main.ts" },
    outdir: bundles,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["pg-native"],
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    logLevel: "silent",
  });
  writeFileSync(join(portal, "server.js"), fakePortal);
  writeFileSync(join(portal, "package.json"), '{"type":"module"}');
  writeFileSync(join(bundles, "framework.mjs"), fakeFramework);
  writeFileSync(join(bundles, "migrate.mjs"), "");
  writeFileSync(join(parent, "run.mjs"), runner);
  port = await chooseFreePort([]);
}, 30_000);

afterAll(async () => {
  for (const launcher of launchers) if (launcher.pid) sendSignal(launcher.pid, "SIGKILL");
  for (const child of readProcesses(home)) if (isAlive(child)) sendSignal(-child.pid, "SIGKILL");
  const folder = settings().postgresFolder;
  rmSync(parent, { recursive: true, force: true });
  if (folder) rmSync(folder, { recursive: true, force: true });
});

type Launch = { launcher: ChildProcess; output: () => string; ended: Promise<number | null> };

function launch(): Launch {
  const facts = { root: process.cwd(), home, bundles, portal };
  const launcher = spawn(process.execPath, [join(parent, "run.mjs"), JSON.stringify(facts)], {
    env: { NODE_ENV: "test", PATH: "/usr/local/bin:/usr/bin:/bin", PORT: String(port) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  launchers.push(launcher);
  let output = "";
  for (const stream of [launcher.stdout, launcher.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
    });
  }
  const ended = new Promise<number | null>((resolve) => {
    launcher.on("exit", resolve);
  });
  return { launcher, output: () => output, ended };
}

async function launchReady(): Promise<Launch> {
  const started = launch();
  const line = `KRDC is ready: http://127.0.0.1:${port}\n`;
  const isReady = () => (started.output().includes(line) || started.launcher.exitCode !== null ? true : undefined);
  await waitUntil(isReady, { timeoutMs: 60_000 });
  expect(started.output()).toContain(line);
  return started;
}

async function end({ launcher, ended }: Launch): Promise<void> {
  launcher.kill("SIGTERM");
  expect(await ended).toBe(0);
}

function settings(): { postgresFolder?: string } {
  return existsSync(join(home, "settings.json")) ? JSON.parse(readFileSync(join(home, "settings.json"), "utf8")) : {};
}

function child(name: string) {
  const found = readProcesses(home).find((candidate) => candidate.name === name);
  if (!found) throw new Error(`${name} is not running`);
  return found;
}

const NAMES = ["bio", "identity", "materials", "portal", "postgres"];
const namesOf = () =>
  readProcesses(home)
    .map(({ name }) => name)
    .sort();

describe("one start of everything on one machine", { timeout: 90_000 }, () => {
  test("becomes ready after enrolling both frameworks, and two signals in a row leave nothing running", async () => {
    const started = await launchReady();
    expect(namesOf()).toEqual(NAMES);
    const children = readProcesses(home);
    expect(started.output()).toContain("researcher2");
    const begin = performance.now();
    started.launcher.kill("SIGTERM");
    started.launcher.kill("SIGINT");
    expect(await started.ended).toBe(0);
    expect(performance.now() - begin).toBeLessThan(10_000);
    expect(children.filter(isAlive)).toEqual([]);
  });

  test("starting again does not enrol again; whatever is killed is started again", async () => {
    const started = await launchReady();
    for (const name of ["portal", "identity", "bio", "postgres"]) {
      const before = child(name);
      sendSignal(before.pid, "SIGKILL");
      const after = await waitUntil(
        () => readProcesses(home).find((found) => found.name === name && found.ticks !== before.ticks),
        { timeoutMs: 15_000 },
      );
      expect(after?.pid).not.toBe(before.pid);
      expect(started.output()).toContain(`${name} ended unexpectedly (SIGKILL)`);
    }
    await end(started);
  });

  test("a second start on the same home is one line and changes nothing", async () => {
    const started = await launchReady();
    const children = readProcesses(home);
    const second = launch();
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(`process ${started.launcher.pid} is already running`);
    expect(second.output().trim().split("\n")).toHaveLength(1);
    expect(children.every(isAlive)).toBe(true);
    await end(started);
  });

  test("after kill -9 of the launcher the next start ends what was left and is ready again", async () => {
    const killed = await launchReady();
    const left = readProcesses(home);
    killed.launcher.kill("SIGKILL");
    await killed.ended;
    const started = await launchReady();
    for (const survivor of left) expect(await endedWithin(survivor, 0)).toBe(true);
    expect(namesOf()).toEqual(NAMES);
    await end(started);
  });

  test("after kill -9 of everything at once the next start is ready again", async () => {
    const killed = await launchReady();
    const left = readProcesses(home);
    killed.launcher.kill("SIGKILL");
    for (const { pid } of left) sendSignal(pid, "SIGKILL");
    await killed.ended;
    await end(await launchReady());
  });

  test("a taken port is one line that names who holds it, and nothing was started", async () => {
    const stranger = createServer();
    await new Promise<void>((resolve) => stranger.listen(port, "127.0.0.1", resolve));
    const refused = launch();
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toContain(`port ${port} is taken by process ${process.pid}`);
    expect(refused.output().trim().split("\n")).toHaveLength(1);
    stranger.close();
  });
});
