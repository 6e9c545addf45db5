import { spawn } from "node:child_process";

const running = new Set();
let isStopping = false;

/**
 * Runs one command in its own process group and keeps the end of what it says.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void }} options
 * @returns {Promise<{ code: number, tail: string }>}
 */
export function runCommand(command, args, { cwd, env = process.env, onLine }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    running.add(child);
    const tail = [];
    const keep = (line) => {
      tail.push(line);
      if (tail.length > 40) tail.shift();
      onLine?.(line);
    };
    for (const stream of [child.stdout, child.stderr]) readLines(stream, keep);
    child.on("error", (error) => {
      running.delete(child);
      resolve({ code: 127, tail: error.message });
    });
    child.on("exit", () => endGroup(child.pid, "SIGKILL"));
    child.on("close", (code) => {
      running.delete(child);
      resolve({ code: code ?? 1, tail: tail.join("\n") });
    });
  });
}

/** Until the services run, a signal ends the command at work with everything it started, then this process. */
export function endCommandsOnSignal() {
  const end = (signal) => {
    if (isStopping) return;
    isStopping = true;
    for (const child of running) endGroup(child.pid, "SIGTERM");
    setTimeout(
      () => {
        for (const child of running) endGroup(child.pid, "SIGKILL");
        process.exit(signal === "SIGINT" ? 130 : 143);
      },
      running.size > 0 ? 1500 : 0,
    );
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, end);
  return () => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.off(signal, end);
  };
}

function endGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // the group has ended by itself
  }
}

function readLines(stream, onLine) {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  });
  stream.on("end", () => {
    if (rest) onLine(rest);
  });
}
