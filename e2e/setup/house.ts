import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseFreePort } from "#server/launch/ports";
import { readProcesses } from "#server/launch/supervision/processes-file";
import { killGroup } from "#server/launch/supervision/signals";
import { waitUntil } from "#server/launch/wait-until";
import { isAlive } from "../../server/launch/bootstrap/process-identity.js";

export type HousePlace = { root: string; home: string; port: number };

export type RunningHouse = HousePlace & {
  url: string;
  /** npm itself, leader of the group in which a terminal would hold it and the launcher. */
  npm: ChildProcess;
  output: () => string;
  ended: Promise<number | null>;
  /** A signal to npm, as a person or a service manager sends it; resolves when npm has ended. */
  end: (signal?: NodeJS.Signals) => Promise<number | null>;
};

/** A home and a port of its own; nothing is started yet. */
export async function newPlace(name = "krdc-story-"): Promise<HousePlace> {
  return { root: process.cwd(), home: mkdtempSync(join(tmpdir(), name)), port: await chooseFreePort([]) };
}

/** Runs the real `npm start` and waits for its ready line. */
export async function startHouse(place: HousePlace, env: Record<string, string> = {}): Promise<RunningHouse> {
  const npm = spawn("npm", ["start"], {
    cwd: place.root,
    env: { ...process.env, NODE_ENV: "production", KRDC_HOME: place.home, PORT: String(place.port), ...env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [npm.stdout, npm.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
    });
  }
  const ended = new Promise<number | null>((resolve) => {
    npm.on("exit", resolve);
  });
  const url = `http://127.0.0.1:${place.port}`;
  const isOver = () => (output.includes(`KRDC is ready: ${url}\n`) || npm.exitCode !== null ? true : undefined);
  await waitUntil(isOver, { timeoutMs: 280_000 });
  if (!output.includes(`KRDC is ready: ${url}\n`)) throw new Error(`not ready:\n${output}`);
  const end = (signal: NodeJS.Signals = "SIGTERM") => {
    npm.kill(signal);
    return ended;
  };
  return { ...place, url, npm, output: () => output, ended, end };
}

/** The demo accounts' password, as it stands in the home. */
export function demoPassword({ home }: HousePlace): string {
  return JSON.parse(readFileSync(join(home, "keys/passwords.json"), "utf8")).demoPassword;
}

/** Kills whatever is left of a home and removes it with everything that it kept elsewhere. */
export function removePlace({ home }: HousePlace): void {
  for (const child of readProcesses(home)) if (isAlive(child)) killGroup(child.pid);
  const file = join(home, "settings.json");
  const folder = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).postgresFolder : undefined;
  if (folder) rmSync(folder, { recursive: true, force: true });
  rmSync(home, { recursive: true, force: true });
}
