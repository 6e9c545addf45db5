import { recordEntry } from "#server/audit/record-entry";
import type { CachePermission } from "#server/protocol/cache-permission";
import type { GrantRequest } from "#server/protocol/framework-api";
import type { ClusterContext } from "../context";
import { gatherFacts } from "../grants/gather-facts";
import { grantChecks, refusalBy } from "../grants/grant-checks";

/** Whether the home may answer a step from an earlier result: exactly when it could run the step itself, by the same checks. */
export async function permitCached(ctx: ClusterContext, request: GrantRequest): Promise<CachePermission> {
  const now = ctx.now();
  return ctx.db.transaction(async (tx) => {
    const reason =
      refusalBy(grantChecks, await gatherFacts({ ...ctx, db: tx }, { home: ctx.user, request, now })) ?? null;
    const { runId, step, index, agreementId } = request;
    const entry = { actor: ctx.user.name, subject: `${runId}/${step}/${index}`, detail: { agreementId } };
    if (reason === null) await recordEntry(tx, now, { ...entry, action: "cache.permit" });
    return { isAllowed: reason === null, reason };
  });
}
