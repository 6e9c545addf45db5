import { isAlive } from "../bootstrap/process-identity.js";
import { waitUntil } from "../wait-until";

export type KnownProcess = { pid: number; ticks: string };

export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has ended in the meantime
  }
}

/** Everything in the child's process group; children lead their own. */
export function killGroup(pid: number): void {
  sendSignal(-pid, "SIGKILL");
}

/** True when the process ended within the time. */
export async function endedWithin(known: KnownProcess, timeoutMs: number): Promise<boolean> {
  const ended = await waitUntil(() => (isAlive(known) ? undefined : true), { timeoutMs, intervalMs: 25 });
  return ended === true;
}
