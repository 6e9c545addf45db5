import type { z } from "zod";
import type { agreementsAnswer, hubQuestion } from "#server/protocol/set-back";
import { suspendersOf } from "../agreements/agreement";
import type { ClusterContext } from "../context";
import { selectAgreementsOf, updateUndelivered } from "./set-back.repo";

const page = 500;

/** Everything that was agreed with the calling host, which forgot some of it; what still waits for its owner is delivered again. */
export async function listAgreementsOfHost(
  ctx: ClusterContext,
  { after }: z.infer<typeof hubQuestion>,
): Promise<z.infer<typeof agreementsAnswer>> {
  const rows = await selectAgreementsOf(ctx.db, { of: ctx.user.name, after }, page);
  const requested = rows.filter((row) => row.state === "REQUESTED").map(({ id }) => id);
  await updateUndelivered(ctx.db, requested);
  const agreements = rows.map((row) => ({
    id: row.id,
    state: row.state,
    isSuspendedByOwner: suspendersOf(row).includes("owner"),
    document: row.document,
    hostSignature: row.hostSignature,
    hubSignature: row.hubSignature,
  }));
  return { agreements };
}
