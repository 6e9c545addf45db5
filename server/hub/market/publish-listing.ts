import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import { type AppVersion, appReference } from "#server/graph/app";
import type { ClusterContext } from "../context";
import { inputTypesOf } from "./listing";
import { findVersion, insertVersion, upsertListing } from "./listings.repo";
import { bigramsOf, searchTextOf } from "./search";

/** A framework offers a version of its own app; a version once published never changes, saying it again is no error. */
export async function publishListing(ctx: ClusterContext, app: AppVersion): Promise<{ app: string; digest: string }> {
  if (app.cluster !== ctx.user.name) throw new KrdcError("forbidden", "app.other_cluster");
  const now = ctx.now();
  const document = { ...app, publishedAt: now.toISOString() };
  await ctx.db.transaction(async (tx) => {
    if (!(await insertVersion(tx, document, now))) {
      const known = await findVersion(tx, app);
      if (known?.digest === app.digest) return;
      throw new KrdcError("conflict", "app.version_taken", { detail: { app: appReference(app) } });
    }
    const searchText = searchTextOf(document);
    await upsertListing(tx, {
      cluster: app.cluster,
      name: app.name,
      version: app.version,
      field: app.field,
      licence: app.licence,
      remote: app.access.remote,
      inputTypes: inputTypesOf(app),
      searchText,
      bigrams: bigramsOf(searchText),
      updatedAt: now,
    });
    const entry = { actor: app.cluster, action: "app.publish", subject: appReference(app) };
    await recordEntry(tx, now, { ...entry, detail: { digest: app.digest } });
  });
  return { app: appReference(app), digest: app.digest };
}
