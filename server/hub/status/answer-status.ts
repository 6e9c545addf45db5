import type { z } from "zod";
import { KrdcError } from "#server/errors";
import { signDocument } from "#server/protocol/signed-document";
import { type StatusList, type statusAnswer, statusListType, type statusQuestion } from "#server/protocol/status-list";
import { listNarrowed } from "../agreements/list-narrowed";
import { listSuspendedClusters } from "../clusters/list-suspended-clusters";
import type { ClusterContext } from "../context";

type Question = z.infer<typeof statusQuestion>;

/** Long past any run that could still go on under it. */
const revokedForMs = 30 * 86_400_000;

/**
 * What was narrowed at a host, signed for its nonce, so that whoever carries the answer can only withhold it. Any ACTIVE
 * member may ask for any host; a suspended one still hears of its own.
 */
export async function answerStatus(
  ctx: ClusterContext,
  { host, nonce }: Question,
): Promise<z.infer<typeof statusAnswer>> {
  if (ctx.user.state !== "ACTIVE" && host !== ctx.user.name) throw new KrdcError("forbidden", "cluster.suspended");
  const now = ctx.now();
  const [narrowed, suspendedClusters] = await Promise.all([
    listNarrowed(ctx.db, host, new Date(now.getTime() - revokedForMs)),
    listSuspendedClusters(ctx.db),
  ]);
  const document: StatusList = {
    schema: "krdc.status/v1",
    hub: ctx.hub.url,
    host,
    nonce,
    issuedAt: now.toISOString(),
    ...narrowed,
    suspendedClusters,
  };
  const { successions, signingKey } = ctx.hub;
  const status = await signDocument(signingKey, statusListType, document);
  return { status, ...(successions.length > 0 ? { successions: [...successions] } : {}) };
}
