import type { z } from "zod";
import { KrdcError } from "#server/errors";
import type { ConsentAnswer, consentQuestion } from "#server/protocol/consent";
import type { ClusterContext } from "../context";
import { findAuthorization } from "../grants/find-authorization";

/** A home asks how the consent to one of its runs stands; others' are not found. */
export async function lookUpConsent(
  ctx: ClusterContext,
  { runId, authorizationId }: z.infer<typeof consentQuestion>,
): Promise<ConsentAnswer> {
  const found = await findAuthorization(ctx.db, runId);
  if (found?.id !== authorizationId || found.home !== ctx.user.name) {
    throw new KrdcError("not_found", "authorization.missing");
  }
  const state = found.revokedAt ? "REVOKED" : found.expiresAt <= ctx.now() ? "ENDED" : "STANDING";
  const agreements = Object.entries(found.steps).map(([step, { agreementId }]) => [step, agreementId] as const);
  return { state, until: found.expiresAt.toISOString(), agreements: Object.fromEntries(agreements) };
}
