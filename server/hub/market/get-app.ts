import { KrdcError } from "#server/errors";
import { appPath } from "#server/graph/app";
import type { AppPage } from "#server/protocol/portal-views";
import { findNewestAgreement } from "../agreements/find-newest-agreement";
import { listHeldApps } from "../agreements/list-held-apps";
import type { HubContext } from "../context";
import { type PublishedVersion, permissionFor, usageOf } from "./listing";
import { listVersions } from "./listings.repo";
import { countUsage } from "./usage.repo";

const versionRow = ({ version, digest, publishedAt, withdrawnAt }: PublishedVersion) => ({
  version,
  digest,
  publishedAt: publishedAt.toISOString(),
  state: withdrawnAt ? ("WITHDRAWN" as const) : ("PUBLISHED" as const),
});

type Wanted = { cluster: string; name: string; version?: string | undefined };

/** One app's page: the wanted version or the newest, all versions, honest usage, and the reader's agreement. */
export async function getApp(ctx: HubContext, { cluster, name, version }: Wanted): Promise<AppPage> {
  const versions = await listVersions(ctx.db, { cluster, name });
  const shown = version
    ? versions.find((one) => one.version === version)
    : (versions.find((one) => !one.withdrawnAt) ?? versions[0]);
  if (!shown) throw new KrdcError("not_found", "app.not_found", { detail: { app: `${cluster}/${name}` } });
  const app = shown.document;
  const [held, usage, agreement] = await Promise.all([
    listHeldApps(ctx.db, ctx.user.id, ctx.now()),
    countUsage(ctx.db, [appPath(app)], ctx.now()),
    findNewestAgreement(ctx, { host: cluster, app: name }),
  ]);
  return {
    app,
    permission: permissionFor(app, { user: ctx.user, ...held }),
    versions: versions.map(versionRow),
    usage: usageOf(usage.get(appPath(app)) ?? []),
    agreement,
  };
}
