import { WaitingCalls } from "#server/protocol/waiting-calls";

const kept = globalThis as typeof globalThis & { krdcWaitingCalls?: WaitingCalls };

/**
 * The one room of this portal process; kept on the process, because pages and routes may load this file twice. A portal
 * that runs as several processes must send the polls of a framework to the one whose call it shall take: letters are shared
 * by the database, waiting calls are not.
 */
export function theWaitingCalls(): WaitingCalls {
  kept.krdcWaitingCalls ??= new WaitingCalls();
  return kept.krdcWaitingCalls;
}
