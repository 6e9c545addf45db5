import type { Db } from "#server/db/connect";
import type { Agreement } from "./agreement";
import { changeAgreement } from "./agreements.repo";

/** One more run under this agreement; call it with the row locked. */
export async function countRun(db: Db, agreement: Agreement): Promise<void> {
  await changeAgreement(db, agreement.id, ["ACTIVE"], { runsUsed: agreement.runsUsed + 1 });
}
