import { KrdcError } from "#server/errors";
import { heartbeatAnswer } from "#server/protocol/framework-api";
import { publicPart } from "#server/protocol/keys";
import type { FrameworkContext } from "../context";
import { getLoad } from "../execution/queue-execution";
import { followAddresses } from "../hosting/peers";
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
  };
  await callHub(ctx, { method: "POST", path: "/enrolments", json });
}

async function beat(ctx: FrameworkContext, self: Self, seq: number): Promise<string> {
  const load = await getLoad(ctx);
  const json = {
    gateway: ctx.url,
    version: "0.1.0",
    runtime: "process",
    clusterUid: self.uid,
    epoch: 1,
    seq,
    time: ctx.now().toISOString(),
    slots: ctx.slots,
    ...load,
  };
  const answer = heartbeatAnswer.parse(await callHub(ctx, { method: "POST", path: "/heartbeats", json }));
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
  let seq = Math.floor(ctx.now().getTime() / 1000);
  const again = (ms: number) => {
    timer = setTimeout(async () => {
      seq += 1;
      const next = await turn(ctx, self, seq);
      if (!ctx.stopping.aborted) again(next);
    }, ms);
  };
  again(0);
  return () => clearTimeout(timer);
}
