import type { appVersions } from "#drizzle/hub/schema/market";
import { type Access, type AppVersion, appPath, type Parameter } from "#server/graph/app";
import { parseAppRef } from "#server/graph/workflow";
import type { Permission, Usage } from "#server/protocol/portal-views";
import type { HeldApps } from "../agreements/list-held-apps";
import { operates, provides, type User } from "../members/member";

export type PublishedVersion = typeof appVersions.$inferSelect;

/** What a member already holds, as far as the market must know it. */
export type Holdings = HeldApps & { user: User };

/** Whether the reader may have this app run at its own cluster, and what stands in the way. */
export function permissionFor(app: { cluster: string; name: string; access: Access }, has: Holdings): Permission {
  if (provides(has.user, app.cluster) || operates(has.user, app.cluster)) return "home";
  const path = appPath(app);
  if (app.access.remote === "open" && !has.takenAway.has(path)) return "open";
  if (has.granted.has(path)) return "granted";
  return app.access.remote === "closed" ? "closed" : "request";
}

/** The clusters whose apps the reader looks after. */
export const ownClusters = (user: User) =>
  user.roles.flatMap((role) => /^(?:provider|operator):(.+)$/.exec(role)?.[1] ?? []);

const typeOfPort = (parameter: Parameter) => parameter.mediaType ?? parameter.kind;

/** Media types that an app takes in, for the market's facet. */
export const inputTypesOf = (app: AppVersion) => [
  ...new Set(
    app.parameters
      .filter(({ port, kind }) => port === "in" && (kind === "file" || kind === "directory"))
      .map(typeOfPort),
  ),
];

/** The version that a reference names: by digest, by version, or the newest published. `newestFirst` is one app's. */
export function pickVersion(newestFirst: readonly AppVersion[], ref: string): AppVersion | undefined {
  const { version, digest } = parseAppRef(ref);
  if (digest) return newestFirst.find((one) => one.digest === digest);
  return version ? newestFirst.find((one) => one.version === version) : newestFirst[0];
}

export const usageDays = 30;
export type DayCount = { day: number; runs: number; succeeded: number };

/** Counts by day, oldest first; `day` 0 are the last 24 hours. Null where nothing ran. */
export function usageOf(counts: readonly DayCount[]): Usage | null {
  if (counts.length === 0) return null;
  const days = Array.from({ length: usageDays }, () => 0);
  for (const { day, runs } of counts) {
    const at = usageDays - 1 - day;
    if (at >= 0 && at < usageDays) days[at] = (days[at] ?? 0) + runs;
  }
  const sum = (pick: (count: DayCount) => number) => counts.reduce((total, count) => total + pick(count), 0);
  return { days, runs: sum(({ runs }) => runs), succeeded: sum(({ succeeded }) => succeeded) };
}

export type Cursor = { at: string; cluster: string; name: string };

export const writeCursor = (cursor: Cursor) => Buffer.from(JSON.stringify(cursor)).toString("base64url");
