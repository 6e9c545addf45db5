import type { Db } from "#server/db/connect";
import type { StatusList } from "#server/protocol/status-list";
import { listDisabledHolders, listNarrowed as narrowedOf } from "./agreements.repo";

type Narrowed = Pick<StatusList, "revokedAgreements" | "suspendedAgreements" | "disabledUsers">;

/** Whatever a host must not allow any more under the agreements that it signed; revocations since then only. */
export async function listNarrowed(db: Db, host: string, since: Date): Promise<Narrowed> {
  const [rows, disabledUsers] = await Promise.all([narrowedOf(db, host, since), listDisabledHolders(db, host)]);
  const idsOf = (isRevoked: boolean) => rows.filter((row) => row.isRevoked === isRevoked).map(({ id }) => id);
  return { revokedAgreements: idsOf(true), suspendedAgreements: idsOf(false), disabledUsers };
}
