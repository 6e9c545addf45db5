import { readFileSync } from "node:fs";

/**
 * Start time of a living process in clock ticks since boot; with the pid it names one process for good.
 * @param {number} pid
 * @returns {string | undefined}
 */
export function startTicks(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/**
 * @param {{ pid: number, ticks: string }} process
 * @returns {boolean}
 */
export function isAlive({ pid, ticks }) {
  return startTicks(pid) === ticks;
}

/** @returns {{ pid: number, ticks: string }} */
export function thisProcess() {
  return { pid: process.pid, ticks: startTicks(process.pid) ?? "" };
}
