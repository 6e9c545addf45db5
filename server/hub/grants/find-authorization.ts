import type { Db } from "#server/db/connect";
import type { Authorization } from "./grant";
import { findAuthorizationOfRun } from "./grants.repo";

/** The consent to the remote steps of a run; a run without such steps has none. */
export const findAuthorization = (db: Db, runId: string): Promise<Authorization | undefined> =>
  findAuthorizationOfRun(db, runId);
