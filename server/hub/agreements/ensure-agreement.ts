import { KrdcError } from "#server/errors";
import { type AppVersion, appPath } from "#server/graph/app";
import type { HubContext } from "../context";
import { type Agreement, coversDigest, offerOf, openDays, refusalFor, unbounded } from "./agreement";
import { expireOpen, findDecisive, findOpen } from "./agreements.repo";
import { deliverRequest } from "./deliver-request";
import { proposeAgreement } from "./propose-agreement";

const openWish = { days: openDays, budget: unbounded, purpose: "" };

/** The user's living agreement for this app at its own cluster, made now where the owner's offer is open. */
export async function ensureAgreement(ctx: HubContext, app: AppVersion): Promise<Agreement> {
  const coordinates = { memberId: ctx.user.id, host: app.cluster, app: app.name };
  await expireOpen(ctx.db, coordinates, ctx.now());
  const open = await findOpen(ctx.db, coordinates);
  if (open) return standing(ctx, await delivered(ctx, open), app);
  const last = await findDecisive(ctx.db, coordinates);
  const offer = offerOf(app.access, last);
  if (offer === "refuse") throw refused("agreement.closed", app);
  if (offer === "needs_request") throw refused(last?.revokedBy ? "agreement.revoked" : "agreement.missing", app);
  // Of two submits at once both go on with the same one.
  const proposed = (await proposeAgreement(ctx, app, openWish)) ?? (await findOpen(ctx.db, coordinates));
  if (!proposed) throw new KrdcError("conflict", "agreement.changed_meanwhile");
  return standing(ctx, await delivered(ctx, proposed), app);
}

/** One whose host has not heard of it yet is brought there first. */
async function delivered(ctx: HubContext, open: Agreement): Promise<Agreement> {
  const isWaiting = open.state === "REQUESTED" && open.deliveredAt === null;
  return isWaiting ? deliverRequest(ctx, open, ctx.user) : open;
}

function refused(reason: string, app: AppVersion, why?: string | null): KrdcError {
  const detail = { app: appPath(app), cluster: app.cluster, ...(why ? { why } : {}) };
  return new KrdcError("forbidden", reason, { detail });
}

function standing(ctx: HubContext, agreement: Agreement, app: AppVersion): Agreement {
  const refusal = refusalFor(agreement, ctx.now());
  if (refusal) throw refused(refusal, app, agreement.refusal);
  if (!coversDigest(agreement.document, app.digest)) throw refused("agreement.other_version", app);
  return agreement;
}
