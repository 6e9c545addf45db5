import type { EventEmitter } from "node:events";

/**
 * Waits for a notification of this channel and payload (or for a reconnect, when anything may have been missed), at the
 * latest for `ms`. Ask for it before looking at the database, so that no change falls between the look and the wait.
 */
export function waitFor(signals: EventEmitter, channel: string, payload: string, ms: number, signal: AbortSignal) {
  let finish = () => {};
  const wait = new Promise<void>((resolve) => {
    const hear = (heard?: string) => {
      if (heard === undefined || heard === payload) finish();
    };
    const timer = setTimeout(() => finish(), Math.max(0, ms));
    finish = () => {
      clearTimeout(timer);
      signals.off(channel, hear);
      signals.off("*", hear);
      signal.removeEventListener("abort", finish);
      resolve();
    };
    signals.on(channel, hear);
    signals.on("*", hear);
    signal.addEventListener("abort", finish, { once: true });
    if (signal.aborted) finish();
  });
  return { wait, cancel: () => finish() };
}
