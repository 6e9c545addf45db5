import { recordEntry } from "#server/audit/record-entry";
import type { Db } from "#server/db/connect";
import type { AnyContext } from "../context";
import type { Ender } from "./agreement";
import { changeAgreement, lockOpenOfHost } from "./agreements.repo";

type End = { host: string; actor: string; isAcknowledged: boolean };

/**
 * Every open agreement at a host that leaves or whose key is replaced ends with it; `isAcknowledged` when nobody is left
 * there to answer. Call it in the transaction of that decision.
 */
export async function endAgreementsOf(ctx: AnyContext, db: Db, { host, actor, isAcknowledged }: End): Promise<number> {
  const now = ctx.now();
  const revokedBy: Ender = "cluster";
  const rows = await lockOpenOfHost(db, host);
  for (const { id, state } of rows) {
    const ended = isAcknowledged ? { state: "REVOKED" as const, endedAt: now } : { state: "REVOKING" as const };
    await changeAgreement(db, id, [state], { ...ended, revokedBy });
    await recordEntry(db, now, { actor, action: "agreement.revoke", subject: id, detail: { host, why: "cluster" } });
  }
  return rows.length;
}
