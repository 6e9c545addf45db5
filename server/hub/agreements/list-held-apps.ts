import type { Db } from "#server/db/connect";
import type { UseTerms } from "#server/protocol/parameter-limits";
import { listGranted, listTakenAway } from "./agreements.repo";

/** What a member holds, as `host/app`. */
export type HeldApps = {
  granted: ReadonlySet<string>;
  takenAway: ReadonlySet<string>;
  /** What the living agreements say of parameters and networks. */
  terms: ReadonlyMap<string, UseTerms>;
};

/** The apps of the member's living agreements, and those that no open offer gives back by itself. */
export async function listHeldApps(db: Db, memberId: string, now: Date): Promise<HeldApps> {
  const [granted, takenAway] = await Promise.all([listGranted(db, memberId, now), listTakenAway(db, memberId)]);
  const terms = new Map(granted.map(({ path, document }) => [path, document]));
  return { granted: new Set(terms.keys()), takenAway: new Set(takenAway), terms };
}
