import { randomUUID } from "node:crypto";
import { z } from "zod";
import { KrdcError } from "#server/errors";
import { type AppVersion, appPath } from "#server/graph/app";
import { hostSignatureType, hubSignatureType } from "#server/protocol/agreement";
import { canonicalJson } from "#server/protocol/canonical";
import { readSignedDocument, signDocument } from "#server/protocol/signed-document";
import { recordEntry } from "../audit/record-entry";
import type { ReachableCluster } from "../clusters/cluster";
import { getActiveCluster } from "../clusters/get-active-cluster";
import type { HubContext } from "../context";
import { callGateway } from "../gateways/framework-client";
import { type Agreement, coversDigest, documentFor, offerOf, openDays, refusalFor } from "./agreement";
import { changeAgreement, expireOpen, findById, findDecisive, findOpen, insertAgreement } from "./agreements.repo";

const answer = z.object({ hostSignature: z.string().max(20_000) });

/** The user's living agreement for this app at its own cluster, made now where the owner's offer is open. */
export async function ensureAgreement(ctx: HubContext, app: AppVersion): Promise<Agreement> {
  const host = await getActiveCluster(ctx.db, app.cluster);
  const coordinates = { memberId: ctx.user.id, host: app.cluster, app: app.name };
  await expireOpen(ctx.db, coordinates, ctx.now());
  const open = await findOpen(ctx.db, coordinates);
  if (open?.state === "ACTIVE") return standing(ctx, open, app);
  if (open?.state === "APPROVED") return activate(ctx, open, host);
  if (open) throw refused(refusalFor(open, ctx.now()) ?? "agreement.missing", app);
  const last = await findDecisive(ctx.db, coordinates);
  const offer = offerOf(app.access, last);
  if (offer === "refuse") throw refused("agreement.closed", app);
  if (offer === "needs_request") throw refused(last?.revokedBy ? "agreement.revoked" : "agreement.missing", app);
  return activate(ctx, await propose(ctx, host, app), host);
}

function refused(reason: string, app: AppVersion): KrdcError {
  return new KrdcError("forbidden", reason, { detail: { app: appPath(app), cluster: app.cluster } });
}

function standing(ctx: HubContext, agreement: Agreement, app: AppVersion): Agreement {
  const refusal = refusalFor(agreement, ctx.now());
  if (refusal) throw refused(refusal, app);
  if (!coversDigest(agreement.document, app.digest)) throw refused("agreement.other_version", app);
  return agreement;
}

/** Written and signed by the hub before the host hears of it; of two submits at once both go on with the same one. */
async function propose(ctx: HubContext, host: ReachableCluster, app: AppVersion): Promise<Agreement> {
  const now = ctx.now();
  const terms = { id: randomUUID(), user: ctx.user, host: host.name, hostKey: host.jkt, app: app.name, now };
  const document = documentFor(terms, { days: openDays, runs: null });
  const row = await insertAgreement(ctx.db, {
    id: document.id,
    memberId: ctx.user.id,
    host: host.name,
    app: app.name,
    state: "APPROVED",
    document,
    hubSignature: await signDocument(ctx.hub.signingKey, hubSignatureType, document),
    purpose: "",
    expiresAt: new Date(document.expires),
    createdAt: now,
  });
  const coordinates = { memberId: ctx.user.id, host: host.name, app: app.name };
  const open = row ?? (await findOpen(ctx.db, coordinates));
  if (!open) throw new KrdcError("conflict", "agreement.changed_meanwhile");
  return open;
}

/** The host signs under its owner's standing offer; only its own key over these exact bytes makes it ACTIVE. */
async function activate(ctx: HubContext, agreement: Agreement, host: ReachableCluster): Promise<Agreement> {
  if (agreement.state === "ACTIVE") return agreement;
  const { id, document, hubSignature } = agreement;
  const to = { cluster: host.name, user: ctx.user };
  const json = { document, hubSignature };
  const body = await callGateway(ctx, to, { method: "POST", path: "/v1/agreements", json });
  const { hostSignature } = answer.parse(body);
  const signed = await readSignedDocument(host.key, hostSignatureType, hostSignature);
  if (canonicalJson(signed) !== canonicalJson(document)) throw new KrdcError("unavailable", "agreement.bad_signature");
  return ctx.db.transaction(async (tx) => {
    const row = await changeAgreement(tx, id, ["APPROVED"], { state: "ACTIVE", hostSignature });
    if (row) {
      const entry = { actor: ctx.user.account, action: "agreement.activate", subject: id };
      await recordEntry(tx, ctx.now(), { ...entry, detail: { host: host.name, app: agreement.app } });
      return row;
    }
    const now = await findById(tx, id);
    if (now?.state !== "ACTIVE") throw new KrdcError("conflict", "agreement.changed_meanwhile");
    return now;
  });
}
