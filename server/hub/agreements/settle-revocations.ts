import { z } from "zod";
import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import { failpoint } from "#server/failpoint";
import type { AnyContext } from "../context";
import { type Agreement, byHost } from "./agreement";
import { changeAgreement, listRevoking } from "./agreements.repo";
import { tellHost } from "./tell-host";

/** A host that never signed it and does not know it has nothing to end. */
const isSettled = (error: unknown, agreement: Agreement) =>
  error instanceof KrdcError && error.kind === "not_found" && agreement.hostSignature === null;

/** REVOKING: the host has written it down and is still ending what runs. */
const answerOf = z.looseObject({ state: z.enum(["REVOKED", "REVOKING"]) });

/** True once the host has acknowledged that nothing runs any more; a host that is away is told again by the hub's loop. */
export async function tellHostOfRevocation(ctx: AnyContext, agreement: Agreement): Promise<boolean> {
  const { id, host } = agreement;
  try {
    failpoint("hub.revoke.before-send");
    const told = answerOf.parse(await tellHost(ctx, agreement, "revoke"));
    failpoint("hub.revoke.after-send");
    if (told.state === "REVOKING") return false;
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
async function tellInTurn(ctx: AnyContext, agreements: Agreement[]): Promise<void> {
  for (const agreement of agreements) if (!(await tellHostOfRevocation(ctx, agreement))) return;
}

/** Tells every host again that has not acknowledged a revocation. */
export async function settleRevocations(ctx: AnyContext): Promise<void> {
  const waiting = byHost(await listRevoking(ctx.db));
  await Promise.all(waiting.map((agreements) => tellInTurn(ctx, agreements)));
}
