import { listHashes } from "#server/audit/list-hashes";
import { type Anchor, compareAnchors } from "#server/audit/verify-chain";
import { listHeld, verifyOwnChain } from "#server/audit/verify-own-chain";
import { KrdcError } from "#server/errors";
import {
  type AuditVerification,
  type ChainVerification,
  chainVerification,
  hashesAnswer,
  hubChain,
} from "#server/protocol/audit";
import { thumbprintsOf } from "#server/protocol/key-rules";
import { listActiveClusters } from "../clusters/list-active-clusters";
import type { HubContext } from "../context";
import { callGateway } from "../gateways/framework-client";
import { may } from "../members/may";
import { chainOfCluster, ownChain } from "./own-chain";
import { type KnownChain, readWitnesses } from "./read-witnesses";

type Line = AuditVerification["chains"][number];
type Asked = { chain: string; report: ChainVerification | undefined; refusal: string | null };

/** A long chain is read for a while before the answer begins. */
const verifyMs = 110_000;
const anchorLimit = 10_000;
const brokenLimit = 100;

const reasonOf = (error: unknown) => (error instanceof KrdcError ? error.reason : "internal");

async function askChain(ctx: HubContext, chain: string): Promise<Asked> {
  try {
    const call = { method: "GET", path: "/v1/audit/verification", timeoutMs: verifyMs } as const;
    const report = chainVerification.parse(await callGateway(ctx, { cluster: chain, user: ctx.user }, call));
    // A framework speaks for its own chain only.
    if (report.chain !== chain) throw new KrdcError("invalid", "request.invalid");
    return { chain, report, refusal: null };
  } catch (error) {
    return { chain, report: undefined, refusal: reasonOf(error) };
  }
}

async function hashesOf(ctx: HubContext, chain: string, anchors: readonly Anchor[]): Promise<Map<number, string>> {
  const positions = [...new Set(anchors.map(({ position }) => position))];
  if (chain === hubChain) return mapOf(await listHashes(ctx.db, positions));
  const call = { method: "POST", path: "/v1/audit/hashes", json: { positions } } as const;
  return mapOf(hashesAnswer.parse(await callGateway(ctx, { cluster: chain, user: ctx.user }, call)).hashes);
}

const mapOf = (hashes: { position: number; hash: string }[]) =>
  new Map(hashes.map(({ position, hash }) => [position, hash]));

type Witnesses = Awaited<ReturnType<typeof readWitnesses>>;

/** What the chain says of itself, and what others hold against it. */
async function lineOf(ctx: HubContext, { chain, report, refusal }: Asked, witnesses: Witnesses): Promise<Line> {
  const unknown = { chain, entries: 0, head: null, compared: 0, broken: [] };
  if (!report) return { ...unknown, refusal };
  const anchors = (witnesses.anchors.get(chain) ?? []).slice(0, anchorLimit);
  try {
    const disagreeing = anchors.length > 0 ? compareAnchors(anchors, await hashesOf(ctx, chain, anchors)) : [];
    const broken = [...report.broken, ...disagreeing, ...(witnesses.broken.get(chain) ?? [])].slice(0, brokenLimit);
    const { entries, head } = report;
    return { chain, entries, head, compared: anchors.length, broken, refusal: null };
  } catch (error) {
    return { ...unknown, refusal: reasonOf(error) };
  }
}

/**
 * Every chain of the house as its owner reads it now, and against the signed heads that others hold of it: whoever
 * rewrites a chain with all its hashes cannot rewrite those.
 */
export async function verifyAudit(ctx: HubContext): Promise<AuditVerification> {
  if (!may(ctx.user, "check.read")) throw new KrdcError("forbidden", "check.forbidden");
  const owner = ownChain(ctx);
  const jkts = ctx.hub.chain.map(({ key }) => key.kid);
  const known = new Map<string, KnownChain>([[hubChain, { ...owner, jkts }]]);
  const clusters = await listActiveClusters(ctx.db);
  for (const cluster of clusters) {
    known.set(cluster.name, { ...chainOfCluster(ctx, cluster), jkts: thumbprintsOf(cluster) });
  }
  const asked = await Promise.all(clusters.map(({ name }) => askChain(ctx, name)));
  const own = { ...(await verifyOwnChain(ctx.db, owner)), held: await listHeld(ctx.db, hubChain) };
  const all: Asked[] = [{ chain: hubChain, report: own, refusal: null }, ...asked];
  const witnesses = await readWitnesses(
    all.flatMap(({ report }) => report ?? []),
    known,
  );
  return { chains: await Promise.all(all.map((one) => lineOf(ctx, one, witnesses))) };
}
