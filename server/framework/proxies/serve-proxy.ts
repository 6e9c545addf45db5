import { timingSafeEqual } from "node:crypto";
import { KrdcError } from "#server/errors";
import type { ProxyAction, ProxyView } from "#server/protocol/proxy-api";
import type { FrameworkContext } from "../context";
import { cancelRemote } from "../exchange/cancel-remote";
import { fetchResults } from "../exchange/fetch-results";
import { findProxied, findRemoteAttempt } from "../exchange/find-remote-attempt";
import { proxyViewOf, type RemoteAttempt } from "../exchange/remote-attempt";
import { submitRemote } from "../exchange/submit-remote";
import { waitFor } from "../wait-for";

const actions: Record<ProxyAction, (ctx: FrameworkContext, row: RemoteAttempt) => Promise<void>> = {
  submit: submitRemote,
  cancel: cancelRemote,
  fetch: fetchResults,
};

/** The remote attempt that this proxy stands for, if the token is the one that it was started with. */
export async function getProxied(ctx: FrameworkContext, proxyName: string, token: string): Promise<RemoteAttempt> {
  const row = await findProxied(ctx, proxyName);
  const [given, kept] = [Buffer.from(token), Buffer.from(row?.proxyToken ?? "")];
  if (!row || given.length !== kept.length || !timingSafeEqual(given, kept))
    throw new KrdcError("unauthenticated", "unauthenticated");
  return row;
}

const underWay = new Map<string, Promise<void>>();

/** A proxy that asked again while its last question is still being worked on waits for that same work. */
function once(key: string, work: () => Promise<void>): Promise<void> {
  const known = underWay.get(key);
  if (known) return known;
  const begun = work().finally(() => underWay.delete(key));
  underWay.set(key, begun);
  return begun;
}

/** Does what the proxy decided, with the gateway's own keys, and answers how the attempt stands then. */
export async function doForProxy(ctx: FrameworkContext, row: RemoteAttempt, action: ProxyAction): Promise<ProxyView> {
  await once(`${ctx.name}:${row.runKey}:${row.attempt}:${action}`, () => actions[action](ctx, row));
  return proxyViewOf((await findRemoteAttempt(ctx, row)) ?? row);
}

/** The view as soon as it differs from the one that the proxy knows, at the latest after `waitMs`. */
export async function watchForProxy(
  ctx: FrameworkContext,
  row: RemoteAttempt,
  known: string,
  waitMs: number,
  signal: AbortSignal,
): Promise<ProxyView> {
  const until = Date.now() + waitMs;
  for (;;) {
    const changed = waitFor(ctx.signals, "krdc_remote", `${row.runKey}:${row.attempt}`, until - Date.now(), signal);
    const view = proxyViewOf((await findRemoteAttempt(ctx, row)) ?? row);
    if (view.version !== known || Date.now() >= until || signal.aborted) {
      changed.cancel();
      return view;
    }
    await changed.wait;
  }
}
