import { randomUUID } from "node:crypto";
import { KrdcError } from "#server/errors";
import { hubSignatureType } from "#server/protocol/agreement";
import { signDocument } from "#server/protocol/signed-document";
import { recordEntry } from "../audit/record-entry";
import { getActiveCluster } from "../clusters/get-active-cluster";
import type { HubContext } from "../context";
import { resolveApps } from "../market/resolve-apps";
import { type Agreement, documentFor, offerOf } from "./agreement";
import { expireOpen, findDecisive, insertAgreement } from "./agreements.repo";
import { ensureAgreement } from "./ensure-agreement";

export type AgreementRequest = { app: string; days: number; runs: number | null; purpose: string };
type Outcome = Pick<Agreement, "id" | "state">;

/** A member asks for an app at its host; an open offer answers at once, otherwise its owner answers at the host's own door. */
export async function requestAgreement(ctx: HubContext, request: AgreementRequest): Promise<Outcome> {
  const app = (await resolveApps(ctx.db, [request.app])).apps.get(request.app);
  if (!app) throw new KrdcError("not_found", "app.not_found", { detail: { app: request.app } });
  const coordinates = { memberId: ctx.user.id, host: app.cluster, app: app.name };
  await expireOpen(ctx.db, coordinates, ctx.now());
  const offer = offerOf(app.access, await findDecisive(ctx.db, coordinates));
  if (offer === "refuse") throw new KrdcError("forbidden", "agreement.closed", { detail: { app: request.app } });
  if (offer === "sign_now") {
    const { id, state } = await ensureAgreement(ctx, app);
    return { id, state };
  }
  const host = await getActiveCluster(ctx.db, app.cluster);
  const now = ctx.now();
  const terms = { id: randomUUID(), user: ctx.user, host: host.name, hostKey: host.jkt, app: app.name, now };
  const document = documentFor(terms, request);
  const hubSignature = await signDocument(ctx.hub.signingKey, hubSignatureType, document);
  return ctx.db.transaction(async (tx) => {
    const row = await insertAgreement(tx, {
      ...coordinates,
      id: document.id,
      state: "REQUESTED",
      document,
      hubSignature,
      purpose: request.purpose,
      expiresAt: new Date(document.expires),
      createdAt: now,
    });
    if (!row) throw new KrdcError("conflict", "agreement.already_open", { detail: { app: request.app } });
    await recordEntry(tx, now, { actor: ctx.user.account, action: "agreement.request", subject: row.id });
    return { id: row.id, state: row.state };
  });
}
