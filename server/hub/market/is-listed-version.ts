import type { Db } from "#server/db/connect";
import type { AppVersion } from "#server/graph/app";
import { findVersion } from "./listings.repo";

/** Whether this version was published and not withdrawn. */
export async function isListedVersion(
  db: Db,
  version: Pick<AppVersion, "cluster" | "name" | "version">,
): Promise<boolean> {
  const found = await findVersion(db, version);
  return found !== undefined && found.withdrawnAt === null;
}
