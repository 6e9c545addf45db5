/** One program to start, named so that starting it twice is starting it once. */
export type TaskSpec = {
  name: string;
  command: string[];
  cwd: string;
  environment: Record<string, string>;
  durationSeconds: number;
  logBytes: number;
  graceSeconds: number;
};

export type TaskExit = {
  outcome: "EXITED" | "STOPPED" | "DEADLINE" | "LOST" | "NOT_STARTED";
  stopReason: string | null;
  exitCode: number | null;
  signal: string | null;
  startedAt: Date | null;
  endedAt: Date;
  cpuSeconds: number;
  error: string | null;
  /** What was handed over when the task was cleared away: it outlives a database that is set back. */
  record?: unknown;
};

/** `absent` was never released and may be started; everything else was, and never is again. */
export type TaskView =
  | { phase: "absent" }
  | { phase: "running"; startedAt: Date | null }
  | { phase: "ended"; exit: TaskExit };

/** Starts apps and proxies of this cluster; every call is idempotent by the task's name. */
export type Runtime = {
  /** The task's own folder, made when missing. */
  folderOf: (name: string) => Promise<string>;
  start: (spec: TaskSpec) => Promise<void>;
  look: (name: string) => Promise<TaskView>;
  stop: (name: string, reason: string) => Promise<void>;
  logs: (name: string, offset: number, maxBytes: number) => Promise<Buffer>;
  logSize: (name: string) => Promise<number>;
  /** Called with the name of each task that has ended since the runtime came up. */
  onEnd: (listener: (name: string) => void) => void;
  /** Resolves when the task may have ended, at the latest after `maxMs`. */
  ended: (name: string, maxMs: number) => Promise<void>;
  /** Where the runtime's own programs stand (the argparse probe). */
  readonly toolFolder: string;
  /** Removes what a task left, its log excepted, and keeps how it ended if that is handed over. */
  clear: (name: string, end?: TaskExit) => Promise<void>;
  /** Names of tasks whose processes live now. */
  live: () => Promise<string[]>;
  close: () => Promise<void>;
};
