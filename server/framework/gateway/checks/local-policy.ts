import { KrdcError } from "#server/errors";
import { findImage } from "../../apps/find-image";
import { type Check, proven } from "../call";

const ceilings = {
  cpuMillis: 64_000,
  memoryBytes: 256 * 1024 ** 3,
  gpu: 8,
  durationSeconds: 30 * 86_400,
  outputBytes: 1024 ** 4,
};

/** The host's own word, after the hub's: this image was built and published here, and nothing asked is over our ceilings. */
export const localPolicy: Check = async (call) => {
  const hosted = proven(call, "hosted");
  const image = await findImage(call.ctx, hosted.digest);
  if (!image || image.document.name !== hosted.app) {
    throw new KrdcError("forbidden", "app.wrong_digest", { detail: { app: hosted.app, digest: hosted.digest } });
  }
  if (image.state === "WITHDRAWN") throw new KrdcError("forbidden", "app.withdrawn", { detail: { app: hosted.app } });
  if (image.state !== "PUBLISHED")
    throw new KrdcError("forbidden", "app.not_published", { detail: { app: hosted.app } });
  if (image.document.access.remote === "closed")
    throw new KrdcError("forbidden", "agreement.remote_closed", { detail: { app: hosted.app } });
  for (const [name, most] of Object.entries(ceilings)) {
    const asked = hosted.limits[name as keyof typeof ceilings];
    if (asked > most) throw new KrdcError("forbidden", "limits.over_ceiling", { detail: { name, asked, most } });
  }
  return undefined;
};
