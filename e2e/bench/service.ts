import { type ChildProcess, fork } from "node:child_process";

/** One of the bench's own processes: hub and gateways share no event loop with the load. */
export type Service = {
  ask: <T>(command: string, input?: unknown) => Promise<T>;
  end: () => Promise<void>;
};

type Asked = { id: number; command: string; input: unknown };
type Told = { id: number; value?: unknown; error?: string };
export type Commands = Record<string, (input: never) => unknown>;

function startChild(role: string, env: Record<string, string>): ChildProcess {
  const program = process.argv[1] ?? "";
  return fork(program, ["--service", role], {
    env: { ...process.env, ...env, NODE_ENV: "production" },
    serialization: "advanced",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
}

export function startService(role: string, env: Record<string, string> = {}): Service {
  const child = startChild(role, env);
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let next = 0;
  let isWanted = true;
  const ended = new Promise<void>((resolve) =>
    child.once("exit", (code) => {
      // Whatever is being measured would wait for it in vain.
      if (isWanted) {
        process.stderr.write(`the ${role} ended with ${code}\n`);
        process.exit(1);
      }
      resolve();
    }),
  );
  child.on("message", ({ id, value, error }: Told) => {
    const asker = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) asker?.resolve(value as never);
    else asker?.reject(new Error(`${role}: ${error}`));
  });
  return {
    ask: (command, input) =>
      new Promise((resolve, reject) => {
        next += 1;
        waiting.set(next, { resolve, reject });
        child.send({ id: next, command, input } satisfies Asked);
      }),
    end: async () => {
      isWanted = false;
      child.disconnect();
      await ended;
    },
  };
}

/** Whole CPU of this process so far, in milliseconds. */
export const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Answers the parent until it hangs up; `close` leaves nothing behind. */
export function answerParent(commands: Commands, close: () => Promise<void>): void {
  const all: Commands = { cpuMs, ...commands };
  process.on("message", async ({ id, command, input }: Asked) => {
    const told: Told = { id };
    try {
      const verb = all[command];
      if (!verb) throw new TypeError(`no command ${command}`);
      told.value = await verb(input as never);
    } catch (error) {
      told.error = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    if (process.connected) process.send?.(told);
  });
  process.once("disconnect", () => close().finally(() => process.exit(0)));
}
