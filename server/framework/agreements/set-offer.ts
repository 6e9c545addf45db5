import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import type { OfferDocument } from "#server/protocol/offer";
import type { ParameterLimits } from "#server/protocol/parameter-limits";
import { findOffer } from "../apps/find-image";
import { listOwnApps } from "../apps/publish-app";
import type { FrameworkContext } from "../context";
import { selectOffers, upsertOffer } from "./agreements.repo";
import { defaultOffer } from "./offer";

/** One app's offer as its owner sees it; `decidedBy` is null where only the app's own manifest speaks. */
export type OwnerOffer = {
  app: string;
  document: OfferDocument;
  decidedBy: string | null;
  decidedAt: Date | null;
};

/** A misspelt limit would refuse every run: it is told to whoever sets it. */
export async function refuseUnknownLimits(
  ctx: FrameworkContext,
  app: string,
  limits: ParameterLimits | undefined,
): Promise<void> {
  const known = (await findOffer(ctx, app))?.parameters.filter(({ port }) => port === "in").map(({ name }) => name);
  const name = Object.keys(limits ?? {}).find((one) => !known?.includes(one));
  if (name) throw new KrdcError("unprocessable", "agreement.unknown_parameter", { detail: { app, name } });
}

/** The owner's policy for one app. What was agreed before stays as it was agreed, within the new total. */
export async function setOffer(
  ctx: FrameworkContext,
  wanted: { by: string; app: string; document: OfferDocument; proof?: Record<string, unknown> },
): Promise<OwnerOffer> {
  const { by, app, document, proof = {} } = wanted;
  if (!(await findOffer(ctx, app))) throw new KrdcError("not_found", "agreement.app_not_offered", { detail: { app } });
  await refuseUnknownLimits(ctx, app, document.parameters);
  const row = { app, document, decidedBy: by, decidedAt: ctx.now() };
  await ctx.db.transaction(async (db) => {
    await upsertOffer(db, row);
    const entry = { actor: by, action: "offer.set", subject: `offer:${app}`, detail: { document, ...proof } };
    await recordEntry(db, ctx.now(), entry);
  });
  return row;
}

/** What holds for every published app. */
export async function listOffers(ctx: FrameworkContext): Promise<OwnerOffer[]> {
  const set = new Map((await selectOffers(ctx.db)).map((row) => [row.app, row]));
  const names = new Set((await listOwnApps(ctx)).filter((app) => app.state === "PUBLISHED").map((app) => app.name));
  const offers: OwnerOffer[] = [];
  for (const app of names) {
    const published = await findOffer(ctx, app);
    const unset = published && { app, document: defaultOffer(published), decidedBy: null, decidedAt: null };
    const found = set.get(app) ?? unset;
    if (found) offers.push(found);
  }
  return offers;
}
