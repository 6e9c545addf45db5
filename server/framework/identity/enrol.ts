import { KrdcError } from "#server/errors";
import { heartbeatAnswer } from "#server/protocol/framework-api";
import { publicPart } from "#server/protocol/keys";
import type { FrameworkContext } from "../context";
import { getLoad } from "../execution/queue-execution";
import { followAddresses } from "../hosting/peers";
import { hearOfKeyChange, settleOwnKey } from "../keys/announce-key";
import { hearOfHubKey } from "../keys/follow-hub";
import { followPeerKeys, settlePeerKeys } from "../keys/follow-peer-keys";
import { epochOf, restoreBar } from "../restore/standing";
import { callHub } from "./call-hub";

export type Self = { uid: string; title: { ko: string; en: string }; joinToken: string | undefined };

const eagerMs = 1000;

async function enrol(ctx: FrameworkContext, self: Self): Promise<void> {
  if (!self.joinToken) throw new KrdcError("forbidden", "cluster.not_enrolled");
  const json = {
    joinToken: self.joinToken,
    name: ctx.name,
    title: self.title,
    gateway: ctx.url,
    key: publicPart(ctx.key),
    version: "0.1.0",
    runtime: "process",
    encryptionKey: await ctx.reach.certificate(ctx.key, ctx, ctx.now()),
  };
  await callHub(ctx, { method: "POST", path: "/enrolments", json });
}

async function beat(ctx: FrameworkContext, self: Self, seq: number): Promise<string> {
  await settleOwnKey(ctx);
  await settlePeerKeys(ctx);
  const load = await getLoad(ctx);
  const json = {
    gateway: ctx.url,
    version: "0.1.0",
    runtime: "process",
    clusterUid: self.uid,
    epoch: await epochOf(ctx),
    seq,
    time: ctx.now().toISOString(),
    slots: ctx.slots,
    ...load,
    isSettling: (await restoreBar(ctx)) !== undefined,
    encryptionKey: await ctx.reach.certificate(ctx.key, ctx, ctx.now()),
    keyChange: ctx.keys.next?.signed,
  };
  const answer = heartbeatAnswer.parse(await callHub(ctx, { method: "POST", path: "/heartbeats", json }));
  await hearOfKeyChange(ctx, answer.keyChange);
  await followPeerKeys(ctx, answer.peers);
  await hearOfHubKey(ctx, answer.hubSuccession);
  await followAddresses(ctx, answer.peers);
  return answer.state;
}

const isUnknown = (error: unknown) =>
  error instanceof KrdcError && (error.kind === "unauthenticated" || error.kind === "not_found");

/** One heartbeat, or the enrolment that it turns out to need; answers when the next one is due. */
async function turn(ctx: FrameworkContext, self: Self, seq: number): Promise<number> {
  try {
    return (await beat(ctx, self, seq)) === "ACTIVE" ? ctx.timing.heartbeatMs : eagerMs;
  } catch (error) {
    if (isUnknown(error) && self.joinToken) {
      await enrol(ctx, self).catch((cause: unknown) => ctx.log.warn({ cause }, "the hub did not take our enrolment"));
    } else ctx.log.info({ error: error instanceof Error ? error.message : error }, "a heartbeat did not arrive");
    return eagerMs;
  }
}

/** Joins the hub if it does not know us yet, then tells it again and again that we live; eagerly until we are ACTIVE. */
export function startHeartbeats(ctx: FrameworkContext, self: Self): () => void {
  let timer: NodeJS.Timeout;
  // Rises over restarts too, so that the hub can tell a copied key by its falling numbers.
  let seq = 0;
  const again = (ms: number) => {
    timer = setTimeout(async () => {
      seq = Math.max(seq + 1, ctx.now().getTime());
      const next = await turn(ctx, self, seq);
      if (!ctx.stopping.aborted) again(next);
    }, ms);
  };
  again(0);
  return () => clearTimeout(timer);
}
