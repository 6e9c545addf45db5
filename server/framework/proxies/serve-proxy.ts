import { timingSafeEqual } from "node:crypto";
import { KrdcError } from "#server/errors";
import type { ProxyAction, ProxyView } from "#server/protocol/proxy-api";
import type { FrameworkContext } from "../context";
import { cancelRemote } from "../exchange/cancel-remote";
import { fetchResults } from "../exchange/fetch-results";
import { listProxied } from "../exchange/find-remote-attempt";
import type { RemoteAttempt } from "../exchange/remote-attempt";
import { submitRemote } from "../exchange/submit-remote";
import { waitFor } from "../wait-for";
import { proxyTokenOf } from "./proxy";
import { attemptId, proxyViewOf } from "./proxy-view";

const actions: Record<ProxyAction, (ctx: FrameworkContext, row: RemoteAttempt) => Promise<void>> = {
  submit: submitRemote,
  cancel: cancelRemote,
  fetch: fetchResults,
};

/** The proxy app of this name, if the token is its own. */
export function provenProxy(ctx: FrameworkContext, name: string, token: string): string {
  const [given, kept] = [Buffer.from(token), Buffer.from(proxyTokenOf(ctx.keys.proxySecret, name))];
  if (given.length !== kept.length || !timingSafeEqual(given, kept))
    throw new KrdcError("unauthenticated", "unauthenticated");
  return name;
}

/** One of the attempts that a proxy app stands for; others are not found. */
export async function getProxied(ctx: FrameworkContext, proxy: string, id: string): Promise<RemoteAttempt> {
  const row = (await listProxied(ctx, proxy)).find((one) => attemptId(one) === id);
  if (!row) throw new KrdcError("not_found", "not_found");
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

/** Does what the proxy decided, with the gateway's own keys. */
export async function doForProxy(ctx: FrameworkContext, row: RemoteAttempt, action: ProxyAction): Promise<void> {
  await once(`${ctx.name}:${row.runKey}:${row.attempt}:${action}`, () => actions[action](ctx, row));
}

/** The view as soon as it differs from the one that the proxy knows, at the latest after `waitMs`. */
export async function watchForProxy(
  ctx: FrameworkContext,
  proxy: string,
  known: string,
  waitMs: number,
  signal: AbortSignal,
): Promise<ProxyView> {
  const until = Date.now() + waitMs;
  for (;;) {
    const changed = waitFor(ctx.signals, "krdc_remote", proxy, until - Date.now(), signal);
    const rows = await listProxied(ctx, proxy);
    // A proxy that stands for nothing was replaced, and has nothing left to show.
    if (rows.length === 0) throw new KrdcError("not_found", "not_found");
    const view = proxyViewOf(rows);
    if (view.version !== known || Date.now() >= until || signal.aborted) {
      changed.cancel();
      return view;
    }
    await changed.wait;
  }
}
