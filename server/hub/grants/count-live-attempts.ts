import type { Db } from "#server/db/connect";
import { countLive } from "./grants.repo";

/** Attempts that a host let in and whose end nobody has told, by agreement. */
export const countLiveAttempts = async (db: Db, agreements: readonly string[]): Promise<ReadonlyMap<string, number>> =>
  new Map((await countLive(db, agreements)).map(({ agreementId, live }) => [agreementId, live]));
