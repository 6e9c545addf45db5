import { z } from "zod";
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

/** REVOKING: the host has written it down and is still ending what runs. */
const answerOf = z.looseObject({ state: z.enum(["REVOKED", "REVOKING"]) });

/** True once the host has acknowledged that nothing runs any more; a host that is away is told again by the hub's loop. */
export async function tellHostOfRevocation(ctx: AnyContext, agreement: Agreement): Promise<boolean> {
  const { id, host } = agreement;
  const to = { cluster: host, user: { ...localUser([]), account: "hub", pseudonym: "hub" } };
  try {
    const call = { method: "POST", path: `/v1/agreements/${id}/revoke`, json: {}, timeoutMs: 9000 } as const;
    if (answerOf.parse(await callGateway(ctx, to, call)).state === "REVOKING") return false;
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

/** One host's revocations in turn; a host that does not answer keeps nobody else's waiting, nor its own for each in full. */
async function tellHost(ctx: AnyContext, agreements: Agreement[]): Promise<void> {
  for (const agreement of agreements) if (!(await tellHostOfRevocation(ctx, agreement))) return;
}

/** Tells every host again that has not acknowledged a revocation. */
export async function settleRevocations(ctx: AnyContext): Promise<void> {
  const byHost = new Map<string, Agreement[]>();
  for (const agreement of await listRevoking(ctx.db)) {
    byHost.set(agreement.host, [...(byHost.get(agreement.host) ?? []), agreement]);
  }
  await Promise.all([...byHost.values()].map((agreements) => tellHost(ctx, agreements)));
}
