import { readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import { startTicks } from "../bootstrap/process-identity.js";
import { endedWithin, type KnownProcess, sendSignal } from "../supervision/signals";

const FAST_MS = 5_000;
const IMMEDIATE_MS = 2_000;

/**
 * Ends the Postgres that a killed launcher left on this data folder: first asked for a fast shutdown, then for an
 * immediate one, then killed, its sessions too. A lock file whose pid now names another program is removed; one whose
 * pid is dead stays, because Postgres itself checks it against shared memory that is still in use.
 */
export async function endLeftoverPostgres(data: string): Promise<void> {
  const pid = lockedPid(data);
  if (pid !== undefined) {
    const ticks = startTicks(pid);
    if (ticks !== undefined && isPostmasterOf(pid, data)) await end({ pid, ticks });
    else if (ticks !== undefined) rmSync(join(data, "postmaster.pid"), { force: true });
  }
  for (const session of sessionsIn(data)) {
    sendSignal(session.pid, "SIGQUIT");
    if (!(await endedWithin(session, IMMEDIATE_MS))) sendSignal(session.pid, "SIGKILL");
    await endedWithin(session, IMMEDIATE_MS);
  }
}

async function end(postmaster: KnownProcess): Promise<void> {
  sendSignal(postmaster.pid, "SIGINT");
  if (await endedWithin(postmaster, FAST_MS)) return;
  sendSignal(postmaster.pid, "SIGQUIT");
  if (await endedWithin(postmaster, IMMEDIATE_MS)) return;
  sendSignal(postmaster.pid, "SIGKILL");
  await endedWithin(postmaster, IMMEDIATE_MS);
}

function lockedPid(data: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[0]);
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function isPostmasterOf(pid: number, data: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(data);
  } catch {
    return false;
  }
}

/** Sessions outlive a killed postmaster for a moment; all of them stand in the data folder. */
function sessionsIn(data: string): KnownProcess[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && standsIn(name, data))
    .flatMap((name) => {
      const ticks = startTicks(Number(name));
      return ticks === undefined ? [] : [{ pid: Number(name), ticks }];
    });
}

function standsIn(pid: string, data: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === data;
  } catch {
    return false;
  }
}
