import { randomUUID } from "node:crypto";
import { KrdcError } from "#server/errors";
import { readDatedDocument } from "#server/protocol/signed-document";
import { type StatusList, statusAnswer, statusList, statusListType } from "#server/protocol/status-list";
import { askWitnesses } from "../audit/exchange-checkpoints";
import type { FrameworkContext } from "../context";
import { isOpen, listPeers } from "../hosting/peers";
import { wakeHostedRuns } from "../hosting/wake-hosted-runs";
import { followHub } from "../keys/follow-hub";
import { callHost } from "../transfers/call-host";
import { applyStatus } from "./apply-status";
import { callHub } from "./call-hub";

/** A silent address must not use up the time in which others could answer. */
const patienceOf = ({ timing }: FrameworkContext) => Math.max(1000, Math.min(5000, timing.statusPollMs / 2));

type Heard = { list: StatusList; askedAt: number; at: Date };

/** One question under a number of its own: only the hub's word on exactly this question of ours counts, whoever brings it. */
async function ask(ctx: FrameworkContext, send: (nonce: string) => Promise<unknown>): Promise<Heard> {
  const nonce = randomUUID();
  const sent = { askedAt: performance.now(), at: ctx.now() };
  const { status: jws, successions = [] } = statusAnswer.parse(await send(nonce));
  await followHub(ctx, successions);
  const datedAt = (said: unknown) => statusList.parse(said).issuedAt;
  const said = await readDatedDocument(ctx.hub.keys.keysFor("status"), statusListType, { jws, datedAt });
  const list = statusList.parse(said);
  if (list.nonce !== nonce || list.host !== ctx.name) throw new KrdcError("unauthenticated", "signature.invalid");
  return { list, ...sent };
}

/** The hub's word on one host's question, asked on its behalf too. */
export const relayStatus = (ctx: FrameworkContext, question: { nonce: string; host: string }): Promise<unknown> =>
  callHub(ctx, { method: "POST", path: "/status", json: question, timeoutMs: patienceOf(ctx) });

async function askThroughPeers(ctx: FrameworkContext): Promise<Heard> {
  const call = { method: "POST" as const, path: "/v1/status-relays", timeoutMs: 2 * patienceOf(ctx) };
  const peers = (await listPeers(ctx)).filter(isOpen);
  return Promise.any(
    peers.map(({ name }) => ask(ctx, async (nonce) => (await callHost(ctx, name, { ...call, json: { nonce } })).body)),
  );
}

/** Hears from the hub, or through a peer where the hub cannot be reached, what was narrowed; then the word is fresh again. */
export async function refreshStatus(ctx: FrameworkContext): Promise<void> {
  const heard = await ask(ctx, (nonce) => relayStatus(ctx, { nonce, host: ctx.name })).catch(() =>
    askThroughPeers(ctx),
  );
  const wasFresh = ctx.freshness.isFresh(ctx.timing.freshMs);
  // Before anything starts on the strength of this word, what it says is done, and it is known that we were not set back.
  if (!ctx.freshness.isKnown) await askWitnesses(ctx);
  await applyStatus(ctx, heard.list, heard.at);
  ctx.freshness.confirm(heard.askedAt);
  if (!wasFresh) await wakeHostedRuns(ctx);
}

/** Asks for as long as the framework lives; between two words their age grows. */
export function startPollingStatus(ctx: FrameworkContext): () => void {
  let timer: NodeJS.Timeout;
  const again = (ms: number) => {
    timer = setTimeout(async () => {
      await refreshStatus(ctx).catch((error: unknown) => {
        ctx.log.info({ error: error instanceof Error ? error.message : error }, "the hub's status was not heard");
      });
      if (!ctx.stopping.aborted) again(ctx.timing.statusPollMs);
    }, ms);
  };
  again(0);
  return () => clearTimeout(timer);
}
