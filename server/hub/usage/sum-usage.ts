import type { Db } from "#server/db/connect";
import type { UsageSum } from "./usage";
import { sumOfAgreements, sumOfHost } from "./usage.repo";

type Sums = ReadonlyMap<string, UsageSum>;

const byAgreement = (rows: Awaited<ReturnType<typeof sumOfHost>>): Sums =>
  new Map(rows.map(({ agreementId, ...sum }) => [agreementId, sum]));

/** What ended attempts took, by agreement; one that nothing ran under is not there. */
export const sumUsage = async (db: Db, agreements: readonly string[]): Promise<Sums> =>
  byAgreement(await sumOfAgreements(db, agreements));

/** The same for everything that ran at a host. */
export const sumUsageOfHost = async (db: Db, host: string): Promise<Sums> => byAgreement(await sumOfHost(db, host));
