import { spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import { type FSWatcher, watch } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { KrdcError } from "#server/errors";
import type { Runtime, TaskExit, TaskSpec, TaskView } from "../runtime";

const exitFile = z.looseObject({
  outcome: z.enum(["EXITED", "STOPPED", "DEADLINE", "LOST", "NOT_STARTED"]),
  stopReason: z.string().nullish(),
  exitCode: z.number().nullish(),
  signal: z.string().nullish(),
  startedAt: z.string().nullish(),
  endedAt: z.string().nullish(),
  usage: z.looseObject({ cpuSeconds: z.number() }).nullish(),
  /** In what is kept of an end. */
  cpuSeconds: z.number().nullish(),
  error: z.string().nullish(),
});

const absentIs = (error: unknown) => error instanceof Error && "code" in error && error.code === "ENOENT";

const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (absentIs(error)) return undefined;
    throw error;
  }
}

function exitOf(text: string): TaskExit {
  const read = exitFile.parse(JSON.parse(text));
  return {
    outcome: read.outcome,
    stopReason: read.stopReason ?? null,
    exitCode: read.exitCode ?? null,
    signal: read.signal ?? null,
    startedAt: read.startedAt ? new Date(read.startedAt) : null,
    endedAt: read.endedAt ? new Date(read.endedAt) : new Date(),
    cpuSeconds: read.usage?.cpuSeconds ?? read.cpuSeconds ?? 0,
    error: read.error ?? null,
  };
}

/** The start time of a process in clock ticks since boot: with the pid it names one process for ever. */
async function startTicks(pid: number): Promise<number | undefined> {
  const text = await readIfThere(`/proc/${pid}/stat`);
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  if (!fields || fields[0] === "Z") return undefined;
  return Number(fields[19]);
}

type Folders = { tasks: string; ends: string; logs: string; supervisor: string; path: string };

/** Child processes of one machine, each under a supervisor that outlives this framework and writes how the app ended. */
export class ProcessRuntime implements Runtime {
  readonly #folders: Folders;
  readonly #listeners: ((name: string) => void)[] = [];
  readonly #waiting = new EventEmitter().setMaxListeners(0);
  readonly toolFolder: string;
  #watcher: FSWatcher | undefined;

  private constructor(folders: Folders) {
    this.#folders = folders;
    this.toolFolder = dirname(folders.supervisor);
  }

  static async open(folder: string, options: { supervisor: string; path: string }): Promise<ProcessRuntime> {
    const folders = {
      tasks: join(folder, "tasks"),
      ends: join(folder, "ends"),
      logs: join(folder, "logs"),
      ...options,
    };
    for (const path of [folders.tasks, folders.ends, folders.logs]) await mkdir(path, { recursive: true, mode: 0o700 });
    const left = (await readdir(folders.tasks)).filter((name) => name.startsWith("."));
    for (const name of left)
      await rm(join(folders.tasks, name), { recursive: true, force: true }).catch(() => undefined);
    const runtime = new ProcessRuntime(folders);
    runtime.#watcher = watch(folders.ends, (_event, name) => {
      if (!name || name.startsWith(".")) return;
      runtime.#waiting.emit(name);
      for (const listener of runtime.#listeners) listener(name);
    });
    return runtime;
  }

  #task(name: string, ...rest: string[]): string {
    if (!/^[a-z0-9][a-z0-9-]{0,90}$/.test(name)) throw new KrdcError("invalid", "runtime.bad_name");
    return join(this.#folders.tasks, name, ...rest);
  }

  async folderOf(name: string): Promise<string> {
    const folder = this.#task(name);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  async start(spec: TaskSpec): Promise<void> {
    if (await isThere(join(this.#folders.ends, spec.name))) throw new KrdcError("conflict", "runtime.already_ended");
    const folder = await this.folderOf(spec.name);
    const file = {
      name: spec.name,
      command: spec.command,
      cwd: spec.cwd,
      environment: spec.environment,
      limits: {
        durationSeconds: spec.durationSeconds,
        logBytes: spec.logBytes,
        memoryBytes: null,
        fileBytes: null,
        processes: null,
      },
      graceSeconds: spec.graceSeconds,
      endsDir: this.#folders.ends,
    };
    await writeFile(join(folder, "spec.json.new"), JSON.stringify(file));
    await rename(join(folder, "spec.json.new"), join(folder, "spec.json"));
    await this.#supervise(folder);
  }

  /** A second supervisor of the same task finds its lock taken and ends; one that finds a dead predecessor records LOST. */
  async #supervise(folder: string): Promise<void> {
    const child = spawn("python3", ["-S", "-E", this.#folders.supervisor, folder], {
      detached: true,
      stdio: "ignore",
      cwd: "/",
      env: { PATH: this.#folders.path, LANG: "C.UTF-8", NODE_ENV: "production" },
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (cause) => reject(new KrdcError("unavailable", "runtime.cannot_start", { cause })));
    });
    child.unref();
  }

  async look(name: string): Promise<TaskView> {
    const exit = await readIfThere(this.#task(name, "exit.json"));
    if (exit) return { phase: "ended", exit: exitOf(exit) };
    const started = await readIfThere(this.#task(name, "started"));
    if (started === undefined && !(await isThere(this.#task(name, "spec.json")))) return this.#withoutTask(name);
    // Handed over and not begun, or begun by a supervisor that is gone: another one begins it once or records its end.
    if (started === undefined || !(await this.#supervisorLives(started))) {
      // The supervisor may have written the end between the two looks; if not, a new one records that it was lost.
      const late = await readIfThere(this.#task(name, "exit.json"));
      if (late) return { phase: "ended", exit: exitOf(late) };
      await this.#supervise(this.#task(name));
    }
    const running = await readIfThere(this.#task(name, "running"));
    const startedAt: unknown = running ? JSON.parse(running).startedAt : null;
    return { phase: "running", startedAt: typeof startedAt === "string" ? new Date(startedAt) : null };
  }

  /** A task that was cleared away has left its marker, so that its name is never started again. */
  async #withoutTask(name: string): Promise<TaskView> {
    const kept = await readIfThere(join(this.#folders.ends, name));
    if (kept === undefined) return { phase: "absent" };
    if (kept !== "") return { phase: "ended", exit: { ...exitOf(kept), record: JSON.parse(kept).record } };
    const nothing = { stopReason: null, exitCode: null, signal: null, startedAt: null, cpuSeconds: 0, error: null };
    return { phase: "ended", exit: { ...nothing, outcome: "LOST", endedAt: new Date() } };
  }

  async #supervisorLives(started: string): Promise<boolean> {
    if (started.trim() === "") return false;
    const { pid, startTicks: ticks } = z
      .looseObject({ pid: z.number(), startTicks: z.number() })
      .parse(JSON.parse(started));
    return (await startTicks(pid)) === ticks;
  }

  async stop(name: string, reason: string): Promise<void> {
    const folder = await this.folderOf(name);
    await writeFile(join(folder, "stop.new"), reason);
    await rename(join(folder, "stop.new"), join(folder, "stop"));
  }

  async #logPath(name: string): Promise<string> {
    const kept = join(this.#folders.logs, `${name}.log`);
    return (await isThere(kept)) ? kept : this.#task(name, "log");
  }

  async logs(name: string, offset: number, maxBytes: number): Promise<Buffer> {
    const file = await open(await this.#logPath(name)).catch((error: unknown) => {
      if (absentIs(error)) return undefined;
      throw error;
    });
    if (!file) return Buffer.alloc(0);
    try {
      const buffer = Buffer.alloc(maxBytes);
      const { bytesRead } = await file.read(buffer, 0, maxBytes, offset);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  async logSize(name: string): Promise<number> {
    const found = await stat(await this.#logPath(name)).catch(() => undefined);
    return found?.size ?? 0;
  }

  onEnd(listener: (name: string) => void): void {
    this.#listeners.push(listener);
  }

  ended(name: string, maxMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(limit);
        this.#waiting.off(name, done);
        resolve();
      };
      const limit = setTimeout(done, maxMs);
      this.#waiting.on(name, done);
    });
  }

  async clear(name: string, end?: TaskExit): Promise<void> {
    await rename(this.#task(name, "log"), join(this.#folders.logs, `${name}.log`)).catch((error: unknown) => {
      if (!absentIs(error)) throw error;
    });
    await this.#keepEnd(name, end);
    const away = join(this.#folders.tasks, `.cleared-${name}`);
    await rename(this.#task(name), away).catch((error: unknown) => {
      if (!absentIs(error)) throw error;
    });
    await rm(away, { recursive: true, force: true });
  }

  /** What is kept of an end is never written over by less. */
  async #keepEnd(name: string, end: TaskExit | undefined): Promise<void> {
    const path = join(this.#folders.ends, name);
    if (!end) return writeFile(path, "", { flag: "a" });
    const draft = join(this.#folders.ends, `.${name}`);
    await writeFile(draft, JSON.stringify(end), { mode: 0o600 });
    await rename(draft, path);
  }

  async live(): Promise<string[]> {
    const names = (await readdir(this.#folders.tasks)).filter((name) => !name.startsWith("."));
    const views = await Promise.all(names.map(async (name) => ({ name, view: await this.look(name) })));
    return views.filter(({ view }) => view.phase === "running").map(({ name }) => name);
  }

  async close(): Promise<void> {
    this.#watcher?.close();
  }
}
