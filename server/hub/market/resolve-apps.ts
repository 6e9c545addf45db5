import type { Db } from "#server/db/connect";
import { type AppVersion, appPath } from "#server/graph/app";
import { parseAppRef } from "#server/graph/workflow";
import { pickVersion } from "./listing";
import { listLivingVersions } from "./listings.repo";

export type ResolvedApps = {
  /** By the reference as it was written. */
  apps: Map<string, AppVersion>;
  missing: string[];
};

/** The published version that each reference names: pinned, or the newest; withdrawn ones are missing. */
export async function resolveApps(db: Db, refs: Iterable<string>): Promise<ResolvedApps> {
  const wanted = [...new Set(refs)];
  const paths = new Map(wanted.map((ref) => [appPath(parseAppRef(ref)), parseAppRef(ref)]));
  const byPath = new Map<string, AppVersion[]>();
  for (const version of await listLivingVersions(db, [...paths.values()])) {
    const path = appPath(version);
    byPath.set(path, [...(byPath.get(path) ?? []), version]);
  }
  const apps = new Map<string, AppVersion>();
  for (const ref of wanted) {
    const found = pickVersion(byPath.get(appPath(parseAppRef(ref))) ?? [], ref);
    if (found) apps.set(ref, found);
  }
  return { apps, missing: wanted.filter((ref) => !apps.has(ref)) };
}
