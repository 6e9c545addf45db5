import type { Db } from "#server/db/connect";
import { revokeOfRun } from "./grants.repo";

/** No further grant for this run: it was refused or cancelled. */
export const revokeAuthorization = (db: Db, runId: string, now: Date): Promise<void> => revokeOfRun(db, runId, now);
