import { join } from "node:path";
import type { AppVersion } from "#server/graph/app";
import type { FrameworkContext } from "../context";
import { selectImage, selectNewestPublished } from "./apps.repo";

/** A built app, ready to be started: for the process runtime a content-addressed folder with its virtual environment. */
export type Image = {
  document: AppVersion;
  command: string[];
  folder: string;
  path: string;
  state: "READY" | "PUBLISHED" | "WITHDRAWN";
};

export const imageFolder = (ctx: FrameworkContext, digest: string) =>
  join(ctx.folder, "images", digest.replace("sha256:", ""));

const systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The image of this digest, if this cluster built it. */
export async function findImage(ctx: FrameworkContext, digest: string): Promise<Image | undefined> {
  const row = await selectImage(ctx.db, digest);
  if (!row) return undefined;
  const folder = imageFolder(ctx, digest);
  return {
    document: row.document,
    command: row.command,
    folder: join(folder, "app"),
    path: `${join(folder, "venv", "bin")}:${systemPath}`,
    state: row.state,
  };
}

/** The newest published version of an app: its access rules are the owner's standing offer. */
export async function findOffer(ctx: FrameworkContext, name: string): Promise<AppVersion | undefined> {
  return (await selectNewestPublished(ctx.db, name))?.document;
}
