import { hubDb } from "#server/db/hub";
import type { AnyContext, HubContext } from "#server/hub/context";
import type { User } from "#server/hub/members/member";
import { log } from "#server/log";
import { hubNow, theHub } from "./hub";
import { startHubLoop } from "./hub-loop";

/** What a verb needs, for any kind of caller. */
export function contextFor<T>(user: T): Omit<AnyContext, "user"> & { user: T } {
  startHubLoop();
  return { db: hubDb(), now: hubNow, user, log, hub: theHub() };
}

/** What a verb needs when a person asks. */
export const hubContext = (user: User): HubContext => contextFor(user);
