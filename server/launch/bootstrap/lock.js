import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { isAlive, thisProcess } from "./process-identity.js";

/**
 * @typedef {{ pid: number, ticks: string }} Holder
 * @typedef {{ release: () => void, heldBy?: undefined } | { release?: undefined, heldBy: Holder }} LockAnswer
 */

/**
 * One holder at a time; a lock whose holder is dead is broken.
 * @param {string} file
 * @returns {LockAnswer}
 */
export function takeLock(file) {
  mkdirSync(dirname(file), { recursive: true });
  const mine = thisProcess();
  const draft = `${file}.${mine.pid}.${Math.random().toString(36).slice(2)}`;
  writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    for (;;) {
      if (tryLink(draft, file)) return { release: () => releaseLock(file, mine) };
      const heldBy = readHolder(file);
      if (heldBy && isAlive(heldBy)) return { heldBy };
      breakLock(file, `${draft}.stale`);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * @param {string} file
 * @param {(holder: Holder) => void} onWait called once when another process holds the lock
 * @returns {Promise<() => void>} releases it
 */
export async function waitForLock(file, onWait) {
  let isTold = false;
  for (;;) {
    const answer = takeLock(file);
    if (answer.release) return answer.release;
    if (!isTold) onWait(answer.heldBy);
    isTold = true;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

/**
 * @param {string} file
 * @returns {Holder | undefined}
 */
export function readHolder(file) {
  try {
    const holder = JSON.parse(readFileSync(file, "utf8"));
    return typeof holder.pid === "number" && typeof holder.ticks === "string" ? holder : undefined;
  } catch {
    return undefined;
  }
}

function tryLink(draft, file) {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** Moves the stale lock away first: a second breaker then finds a living holder in its hands and puts it back. */
function breakLock(file, aside) {
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const holder = readHolder(aside);
  if (holder && isAlive(holder)) tryLink(aside, file);
  rmSync(aside, { force: true });
}

function releaseLock(file, mine) {
  const holder = readHolder(file);
  if (holder?.pid === mine.pid && holder.ticks === mine.ticks) rmSync(file, { force: true });
}
