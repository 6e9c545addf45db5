import { acceptCheckpoint } from "#server/audit/accept-checkpoint";
import { signCheckpoint } from "#server/audit/sign-checkpoint";
import { KrdcError } from "#server/errors";
import { checkpointAnswer, hubChain } from "#server/protocol/audit";
import type { FrameworkContext } from "../context";
import { listPeers } from "../hosting/peers";
import { callHub } from "../identity/call-hub";
import { callHost } from "../transfers/call-host";
import { ownChain } from "./own-chain";

/** Up to where each other party has our chain, and when the next word to it is due; after a restart all are told again. */
export type Told = Map<string, { position: number | undefined; nextAt: number }>;

const sendMs = 10_000;

/** The hub's newest checkpoint comes back with ours; what it signed is kept where it cannot reach. */
async function tellHub(ctx: FrameworkContext, signature: string | undefined): Promise<void> {
  if (signature !== undefined) {
    const json = { checkpoint: signature };
    await callHub(ctx, { method: "POST", path: "/checkpoints", json, timeoutMs: sendMs });
  }
  const answer = await callHub(ctx, { method: "GET", path: "/checkpoint", timeoutMs: sendMs });
  const { checkpoint } = checkpointAnswer.parse(answer);
  if (checkpoint === null) return;
  await acceptCheckpoint(ctx.db, ctx.now(), { chain: hubChain, key: ctx.hub.key }, checkpoint);
}

async function tellPeer(ctx: FrameworkContext, name: string, signature: string): Promise<void> {
  const json = { checkpoint: signature };
  await callHost(ctx, name, { method: "POST", path: "/v1/checkpoints", json, timeoutMs: sendMs });
}

function noteRefusal(ctx: FrameworkContext, name: string, error: unknown): void {
  const reason = error instanceof Error ? error.message : error;
  if (error instanceof KrdcError && error.reason === "audit.fork") {
    ctx.log.error({ name, reason }, "an audit chain contradicts what was signed before");
  } else ctx.log.info({ name, reason }, "a checkpoint was not exchanged");
}

/**
 * Signs the head of our chain when it is due, tells it to the hub and to every peer that has not heard it, and takes the
 * hub's. Whoever does not answer is asked again after a while; nothing waits for this.
 */
export async function exchangeCheckpoints(ctx: FrameworkContext, told: Told, minAgeMs: number): Promise<void> {
  const newest = await signCheckpoint(ctx.db, ownChain(ctx), { now: ctx.now(), minAgeMs });
  const now = ctx.now().getTime();
  const isDue = (name: string) => now >= (told.get(name)?.nextAt ?? 0);
  const tell = async (name: string, send: () => Promise<void>) => {
    try {
      await send();
      told.set(name, { position: newest?.position, nextAt: now + minAgeMs });
    } catch (error) {
      noteRefusal(ctx, name, error);
      told.set(name, { position: told.get(name)?.position, nextAt: now + minAgeMs });
    }
  };
  const work: Promise<void>[] = [];
  if (isDue(hubChain)) work.push(tell(hubChain, () => tellHub(ctx, newest?.signature)));
  for (const { name } of newest ? await listPeers(ctx) : []) {
    if (!newest || !isDue(name) || told.get(name)?.position === newest.position) continue;
    work.push(tell(name, () => tellPeer(ctx, name, newest.signature)));
  }
  await Promise.all(work);
}
