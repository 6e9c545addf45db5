import { isAlive } from "../bootstrap/process-identity.js";
import { type RecordedProcess, readProcesses } from "./processes-file";
import { endedWithin, killGroup, sendSignal } from "./signals";

const TERM_MS = 2_000;

/** Processes of a launcher that was killed, as far as they are the very ones it noted. */
export function findSurvivors(home: string): RecordedProcess[] {
  return readProcesses(home).filter((child) => child.name !== "postgres" && isAlive(child));
}

/**
 * Frameworks are killed without asking: asked to end they would interrupt their running apps. Those have supervisors
 * in process groups of their own, live on, and are adopted by the next framework.
 */
export async function endSurvivors(survivors: RecordedProcess[], frameworks: readonly string[]): Promise<void> {
  for (const survivor of survivors) {
    if (frameworks.includes(survivor.name)) {
      killGroup(survivor.pid);
    } else {
      sendSignal(survivor.pid, "SIGTERM");
      if (!(await endedWithin(survivor, TERM_MS))) killGroup(survivor.pid);
    }
    await endedWithin(survivor, TERM_MS);
  }
}
