import { hostedEvents } from "#server/protocol/hosted-run";
import type { FrameworkContext } from "../context";
import { findPeer, saveCursor } from "../hosting/peers";
import { callHost } from "../transfers/call-host";
import type { RemoteAttempt } from "./remote-attempt";
import { selectLiveAt, selectLiveHosts } from "./remote-attempts.repo";
import { applyAnswer, moveRemote } from "./settle-remote";
import { startTelling } from "./tell-hosts";

const waitSeconds = 10;
/** A host answers its long poll at the latest after the wait; with this much more it is silent. */
const lateSeconds = 5;
const pauseMs = 1000;
/** A host that has been silent for this long is shown as unreachable; shorter gaps are nobody's concern. */
const silenceMs = 4000;

async function followOnce(ctx: FrameworkContext, host: string): Promise<void> {
  const peer = await findPeer(ctx, host);
  if (!peer) return;
  const path = `/v1/events?after=${peer.cursor}&wait=${waitSeconds}`;
  const answer = await callHost(ctx, host, {
    method: "GET",
    path,
    timeoutMs: (waitSeconds + lateSeconds) * 1000,
    signal: ctx.stopping,
  });
  const { cursor, events } = hostedEvents.parse(answer.body);
  for (const event of events) {
    await applyAnswer(ctx, host, event).catch((error: unknown) => {
      // A fault of ours over one event keeps no other waiting; the reconciliation looks at its attempt again.
      if (!(error instanceof TypeError)) throw error;
      ctx.log.error({ host, runKey: event.runKey, attempt: event.attempt, error }, "an event could not be applied");
    });
  }
  if (cursor !== peer.cursor) await saveCursor(ctx, host, cursor);
}

/** What was never sent misses nobody. */
const mayBeMissed = (row: RemoteAttempt) => row.unreachableSince === null && row.state !== "WAITING_GRANT";

async function markUnreachable(ctx: FrameworkContext, host: string, since: Date): Promise<void> {
  for (const row of await selectLiveAt(ctx.db, host)) {
    await moveRemote(ctx, row, (live) => (mayBeMissed(live) ? { unreachableSince: since } : undefined));
  }
}

/** The host answered again: whatever it had to say has been applied, so nothing is unreachable any more. */
async function markReachable(ctx: FrameworkContext, host: string): Promise<void> {
  for (const row of await selectLiveAt(ctx.db, host)) {
    if (row.unreachableSince) await moveRemote(ctx, row, () => ({ unreachableSince: null }));
  }
}

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => [clearTimeout(timer), resolve()], { once: true });
  });

async function noteSilence(ctx: FrameworkContext, host: string, since: Date, error: unknown): Promise<void> {
  ctx.log.info({ host, error: error instanceof Error ? error.message : error }, "a host does not answer");
  if (ctx.now().getTime() - since.getTime() < silenceMs) return;
  await markUnreachable(ctx, host, since).catch((cause: unknown) =>
    ctx.log.warn({ host, error: cause }, "silence was not shown"),
  );
}

/** Follows one host until nothing of ours is left there. */
async function followHost(ctx: FrameworkContext, host: string): Promise<void> {
  let silentSince: Date | undefined;
  let isBusy = true;
  while (isBusy && !ctx.stopping.aborted) {
    const dueAt = ctx.now().getTime() + waitSeconds * 1000;
    try {
      await followOnce(ctx, host);
      if (silentSince) await markReachable(ctx, host);
      silentSince = undefined;
      isBusy = (await selectLiveAt(ctx.db, host)).length > 0;
    } catch (error) {
      // Of a call that was never answered at all we know that the answer has been due for some time.
      silentSince ??= new Date(Math.min(ctx.now().getTime(), dueAt));
      if (!ctx.stopping.aborted) await noteSilence(ctx, host, silentSince, error);
      await pause(pauseMs, ctx.stopping);
    }
  }
}

/** Listens to every host that runs something for us, one long poll each, for as long as it does. */
export function startFollowing(ctx: FrameworkContext): () => void {
  const following = new Map<string, Promise<void>>();
  const look = async () => {
    for (const host of await selectLiveHosts(ctx.db)) {
      if (following.has(host)) continue;
      following.set(
        host,
        followHost(ctx, host).finally(() => following.delete(host)),
      );
    }
  };
  const check = () => void look().catch((error: unknown) => ctx.log.warn({ error }, "hosts were not looked up"));
  const timer = setInterval(check, 1000);
  const stopTelling = startTelling(ctx);
  ctx.signals.on("krdc_remote", check);
  check();
  return () => {
    clearInterval(timer);
    stopTelling();
    ctx.signals.off("krdc_remote", check);
  };
}
