import { KrdcError } from "#server/errors";
import type { AppVersion } from "#server/graph/app";
import type { PortalUser } from "#server/protocol/framework-api";
import type { FrameworkContext } from "../context";
import { callHub } from "../identity/call-hub";
import { selectImages, selectVersion, updateImagePublished } from "./apps.repo";
import { mayProvide } from "./register-app";

/** Puts a built version on the market: from then on members find it, and the owner's offer for it stands. */
export async function publishApp(
  ctx: FrameworkContext,
  user: PortalUser,
  wanted: { name: string; version: string },
): Promise<AppVersion> {
  if (!mayProvide(ctx, user)) throw new KrdcError("forbidden", "app.not_a_provider", { detail: { cluster: ctx.name } });
  const image = await selectVersion(ctx.db, wanted.name, wanted.version);
  if (!image) throw new KrdcError("not_found", "app.not_found");
  if (image.state === "WITHDRAWN") throw new KrdcError("conflict", "app.withdrawn");
  const publishedAt = image.publishedAt ?? ctx.now();
  const app: AppVersion = { ...image.document, publishedAt: publishedAt.toISOString() };
  // The hub first: a version that nobody can find yet is no offer.
  await callHub(ctx, { method: "PUT", path: "/listings", json: { app } });
  await updateImagePublished(ctx.db, image.digest, publishedAt);
  return app;
}

/** What this cluster has built, newest first within a name. */
export async function listOwnApps(ctx: FrameworkContext) {
  const rows = await selectImages(ctx.db);
  return rows.map((row) => ({
    name: row.name,
    version: row.version,
    digest: row.digest,
    title: row.document.title,
    state: row.state,
  }));
}
