import type { Db } from "#server/db/connect";
import { listGranted, listTakenAway } from "./agreements.repo";

/** What a member holds, as `host/app`. */
export type HeldApps = { granted: ReadonlySet<string>; takenAway: ReadonlySet<string> };

/** The apps of the member's living agreements, and those that no open offer gives back by itself. */
export async function listHeldApps(db: Db, memberId: string, now: Date): Promise<HeldApps> {
  const [granted, takenAway] = await Promise.all([listGranted(db, memberId, now), listTakenAway(db, memberId)]);
  return { granted: new Set(granted), takenAway: new Set(takenAway) };
}
