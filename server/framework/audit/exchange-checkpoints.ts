import { acceptCheckpoint } from "#server/audit/accept-checkpoint";
import { chainEntries } from "#server/audit/chain-entries";
import { signCheckpoint } from "#server/audit/sign-checkpoint";
import { KrdcError } from "#server/errors";
import { checkpointAnswer, heldAnswer, hubChain } from "#server/protocol/audit";
import type { FrameworkContext } from "../context";
import { listPeers } from "../hosting/peers";
import { callHub } from "../identity/call-hub";
import { hearWitness } from "../restore/hear-witness";
import { rememberHead } from "../restore/remember-head";
import { callHost } from "../transfers/call-host";
import { chainOfHub, ownChain } from "./own-chain";

/** Up to where each other party has our chain, and when the next word to it is due; after a restart all are told again. */
export type Told = Map<string, { position: number | undefined; nextAt: number }>;

const sendMs = 10_000;
/** Who is silent now says it a little later. */
const shortMs = 3000;

const heldIn = (said: unknown): unknown => heldAnswer.safeParse(said).data?.held;

/** Whoever holds more of our chain than we told says so, in an answer as in a refusal. */
async function hearWord(ctx: FrameworkContext, by: string, told: Promise<unknown>): Promise<void> {
  try {
    await hearWitness(ctx, by, heldIn(await told));
  } catch (error) {
    if (error instanceof KrdcError) await hearWitness(ctx, by, heldIn(error.detail));
    throw error;
  }
}

/** The hub's newest checkpoint comes back with ours; what it signed is kept where it cannot reach. */
async function tellHub(ctx: FrameworkContext, signature: string | undefined, timeoutMs: number): Promise<void> {
  if (signature !== undefined) {
    const json = { checkpoint: signature };
    const told = callHub(ctx, { method: "POST", path: "/checkpoints", json, timeoutMs });
    await hearWord(ctx, "hub", told);
  }
  const answer = await callHub(ctx, { method: "GET", path: "/checkpoint", timeoutMs });
  const { checkpoint } = checkpointAnswer.parse(answer);
  if (checkpoint === null) return;
  await acceptCheckpoint(ctx.db, ctx.now(), chainOfHub(ctx), checkpoint);
}

async function tellPeer(ctx: FrameworkContext, name: string, signature: string, timeoutMs: number): Promise<void> {
  const json = { checkpoint: signature };
  const told = callHost(ctx, name, { method: "POST", path: "/v1/checkpoints", json, timeoutMs });
  await hearWord(
    ctx,
    name,
    told.then(({ body }) => body),
  );
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
export async function exchangeCheckpoints(
  ctx: FrameworkContext,
  told: Told,
  minAgeMs: number,
  patienceMs = sendMs,
): Promise<void> {
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
  if (isDue(hubChain)) work.push(tell(hubChain, () => tellHub(ctx, newest?.signature, patienceMs)));
  for (const { name } of newest ? await listPeers(ctx) : []) {
    if (!newest || !isDue(name) || told.get(name)?.position === newest.position) continue;
    work.push(tell(name, () => tellPeer(ctx, name, newest.signature, patienceMs)));
  }
  await Promise.all(work);
}

/**
 * Before the first app begins in the life of this process, everybody else says up to where they know our chain:
 * where the whole machine was set back nothing of our own can tell. Who does not answer holds up nothing.
 */
export async function askWitnesses(ctx: FrameworkContext): Promise<void> {
  try {
    await rememberHead(ctx);
    // Without a place in the chain there is nothing to tell, and so nothing to hear.
    await chainEntries(ctx.db);
    await exchangeCheckpoints(ctx, new Map(), ctx.timing.checkpointMs, shortMs);
  } finally {
    ctx.past.isAsked = true;
  }
}
