import { type ChildProcess, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { join } from "node:path";
import { startTicks } from "../bootstrap/process-identity.js";
import { line, words } from "../words";
import { openLog, rotateLog, tailOf } from "./child-log";
import { writeProcesses } from "./processes-file";
import { endedWithin, type KnownProcess, killGroup, sendSignal } from "./signals";

export type ChildSpec = {
  name: string;
  command: string;
  args: string[];
  cwd: string;
  /** Asked at every start, so that a token that was used once is not handed out again. */
  env: () => Record<string, string>;
  port?: number;
  uid?: number;
  gid?: number;
  stopSignal?: NodeJS.Signals;
  /** Runs before a start after an unexpected end. */
  beforeRestart?: () => Promise<void>;
};

type Child = {
  spec: ChildSpec;
  known: (KnownProcess & { handle: ChildProcess }) | undefined;
  isWanted: boolean;
  quickEnds: number;
  restart: NodeJS.Timeout | undefined;
};

const FIRST_DELAY_MS = 200;
const LAST_DELAY_MS = 5_000;
const STEADY_MS = 30_000;

/** 0.2 s, doubled with every quick end, at most 5 s. */
export function restartDelayMs(quickEnds: number): number {
  return Math.min(FIRST_DELAY_MS * 2 ** quickEnds, LAST_DELAY_MS);
}

/** Starts children in process groups of their own, starts them again when they die, and ends them when told. */
export class Supervisor {
  readonly #children = new Map<string, Child>();
  readonly #home: string;
  readonly #write: (text: string) => void;
  readonly #rotation: NodeJS.Timeout;

  constructor(home: string, write: (text: string) => void) {
    this.#home = home;
    this.#write = write;
    this.#rotation = setInterval(() => this.#rotate(), 5_000);
    this.#rotation.unref();
  }

  logOf(name: string): string {
    return join(this.#home, "logs", `${name}.log`);
  }

  tailOf(name: string): string {
    return tailOf(this.logOf(name));
  }

  start(spec: ChildSpec): void {
    const child: Child = { spec, known: undefined, isWanted: true, quickEnds: 0, restart: undefined };
    this.#children.set(spec.name, child);
    this.#spawn(child);
  }

  /** How often the child has died since it was last steady; a start that keeps failing shows here. */
  quickEndsOf(name: string): number {
    return this.#children.get(name)?.quickEnds ?? 0;
  }

  /** Asks the child to end, and kills its whole group after the time. */
  async stop(name: string, graceMs: number): Promise<void> {
    const child = this.#children.get(name);
    if (!child) return;
    child.isWanted = false;
    clearTimeout(child.restart);
    const { known } = child;
    if (known) {
      sendSignal(known.pid, child.spec.stopSignal ?? "SIGTERM");
      if (!(await endedWithin(known, graceMs))) {
        this.#write(line(words.childForced(name)));
        killGroup(known.pid);
        await endedWithin(known, 1_000);
      }
    }
    this.#children.delete(name);
    this.#note();
  }

  /** Leaves the child running but neither starts it again nor ends it. */
  forget(name: string): void {
    const child = this.#children.get(name);
    if (!child) return;
    child.isWanted = false;
    clearTimeout(child.restart);
    this.#children.delete(name);
  }

  close(): void {
    clearInterval(this.#rotation);
  }

  #spawn(child: Child): void {
    const { name, command, args, cwd, env, uid, gid } = child.spec;
    const log = openLog(this.logOf(name));
    const startedAt = performance.now();
    const handle = spawn(command, args, {
      cwd,
      env: env() as NodeJS.ProcessEnv,
      detached: true,
      stdio: ["ignore", log, log],
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    });
    closeSync(log);
    const { pid } = handle;
    child.known = pid === undefined ? undefined : { pid, ticks: startTicks(pid) ?? "", handle };
    this.#note();
    handle.once("error", (error) => this.#ended(child, error.message, startedAt));
    handle.once("exit", (code, signal) => this.#ended(child, signal ?? `code ${code}`, startedAt));
  }

  #ended(child: Child, how: string, startedAt: number): void {
    child.known = undefined;
    this.#note();
    if (!child.isWanted) return;
    if (performance.now() - startedAt > STEADY_MS) child.quickEnds = 0;
    const delayMs = restartDelayMs(child.quickEnds);
    child.quickEnds += 1;
    this.#write(line(words.childEnded(child.spec.name, how, delayMs / 1000)));
    clearTimeout(child.restart);
    child.restart = setTimeout(() => void this.#startAgain(child), delayMs);
  }

  async #startAgain(child: Child): Promise<void> {
    await child.spec.beforeRestart?.();
    if (child.isWanted && !child.known) this.#spawn(child);
  }

  #rotate(): void {
    for (const name of this.#children.keys()) rotateLog(this.logOf(name));
  }

  #note(): void {
    const alive = [...this.#children.values()].flatMap(({ spec, known }) =>
      known ? [{ name: spec.name, pid: known.pid, ticks: known.ticks, ...(spec.port ? { port: spec.port } : {}) }] : [],
    );
    writeProcesses(this.#home, alive);
  }
}
