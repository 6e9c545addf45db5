import { KrdcError } from "#server/errors";
import { overCeiling } from "#server/protocol/limits";
import { offerOf } from "../../agreements/find-offer";
import { hostCeilings } from "../../agreements/offer";
import { findImage } from "../../apps/find-image";
import { type Check, proven } from "../call";

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
  if ((await offerOf(call.ctx, image.document)).remote === "closed")
    throw new KrdcError("forbidden", "agreement.remote_closed", { detail: { app: hosted.app } });
  const name = overCeiling(hosted.limits, hostCeilings);
  if (name) throw new KrdcError("forbidden", "limits.over_ceiling", { detail: { name, most: hostCeilings[name] } });
  return undefined;
};
