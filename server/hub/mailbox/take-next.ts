import type { z } from "zod";
import type { nextCalls, nextCallsRequest } from "#server/protocol/reach";
import { signalWithin } from "#server/protocol/signal-within";
import { findCallingCluster } from "../clusters/find-calling-cluster";
import type { ClusterContext } from "../context";
import { deleteLetters, listLetters } from "./letters.repo";
import { theWaitingCalls } from "./the-waiting-calls";

export type NextCalls = z.infer<typeof nextCalls>;
type Poll = z.infer<typeof nextCallsRequest> & {
  signal: AbortSignal;
  timing?: { waitMs: number; lookAgainMs: number };
};

/** Another process of the portal may have taken in a letter, of which nothing is heard here. */
const usual = { waitMs: 25_000, lookAgainMs: 2000 };
const most = { letters: 16, bytes: 4 * 1024 * 1024 };

/** What waits for the framework that asks: at once, or when something comes; a cluster that is not ACTIVE gets nothing. */
export async function takeNext(
  ctx: ClusterContext,
  { taken, signal, timing: { waitMs, lookAgainMs } = usual }: Poll,
): Promise<NextCalls> {
  const { name } = ctx.user;
  await deleteLetters(ctx.db, name, taken);
  const end = signalWithin(waitMs, signal);
  for (;;) {
    const next = theWaitingCalls().nextFor(name, lookAgainMs, end);
    const found = await look(ctx, signal);
    if (found.calls.length + found.letters.length > 0 || end.aborted) {
      next.cancel();
      return found;
    }
    await next.wait;
  }
}

/** A poll that nobody holds any more takes nothing: what it took would be lost. */
async function look(ctx: ClusterContext, signal: AbortSignal): Promise<NextCalls> {
  const cluster = await findCallingCluster(ctx, ctx.user.callsWith);
  if (cluster?.state !== "ACTIVE") return { calls: [], letters: [] };
  const letters = await listLetters(ctx.db, cluster.name, ctx.now(), most);
  return { calls: signal.aborted ? [] : theWaitingCalls().take(cluster.name), letters };
}
