import type { AppVersion } from "#server/graph/app";
import type { OfferDocument } from "#server/protocol/offer";
import { findOffer } from "../apps/find-image";
import type { FrameworkContext } from "../context";
import { selectOffer } from "./agreements.repo";
import { defaultOffer } from "./offer";

/** The policy that holds for an app that is published: its owner's word, or else what its manifest says. */
export const offerOf = async (
  ctx: FrameworkContext,
  app: Pick<AppVersion, "name" | "access">,
): Promise<OfferDocument> => (await selectOffer(ctx.db, app.name))?.document ?? defaultOffer(app);

/** The same by name; undefined for an app that is not published. */
export async function findEffectiveOffer(ctx: FrameworkContext, name: string): Promise<OfferDocument | undefined> {
  const published = await findOffer(ctx, name);
  return published && offerOf(ctx, published);
}
