import { KrdcError } from "#server/errors";
import { recordEntry } from "../audit/record-entry";
import type { AnyContext } from "../context";
import { callGateway } from "../gateways/framework-client";
import { localUser } from "../members/member";
import type { Agreement } from "./agreement";
import { changeAgreement, listRevoking } from "./agreements.repo";

/** A host that never signed it and does not know it has nothing to end. */
const isSettled = (error: unknown, agreement: Agreement) =>
  error instanceof KrdcError && error.kind === "not_found" && agreement.hostSignature === null;

/** True once the host has acknowledged; a host that is away is told again by the hub's loop. */
export async function tellHostOfRevocation(ctx: AnyContext, agreement: Agreement): Promise<boolean> {
  const { id, host } = agreement;
  const to = { cluster: host, user: { ...localUser([]), account: "hub", pseudonym: "hub" } };
  try {
    await callGateway(ctx, to, { method: "POST", path: `/v1/agreements/${id}/revoke`, json: {}, timeoutMs: 8000 });
  } catch (error) {
    if (!isSettled(error, agreement)) {
      const reason = error instanceof KrdcError ? error.reason : String(error);
      ctx.log.warn({ agreement: id, host, reason }, "the host has not acknowledged a revocation yet");
      return false;
    }
  }
  await ctx.db.transaction(async (tx) => {
    const row = await changeAgreement(tx, id, ["REVOKING"], { state: "REVOKED", endedAt: ctx.now() });
    if (row) await recordEntry(tx, ctx.now(), { actor: host, action: "agreement.revoked", subject: id });
  });
  return true;
}

/** Tells every host again that has not acknowledged a revocation. */
export async function settleRevocations(ctx: AnyContext): Promise<void> {
  for (const agreement of await listRevoking(ctx.db)) await tellHostOfRevocation(ctx, agreement);
}
