import { randomUUID } from "node:crypto";
import { recordEntry } from "#server/audit/record-entry";
import type { Db } from "#server/db/connect";
import type { AppVersion } from "#server/graph/app";
import { hubSignatureType } from "#server/protocol/agreement";
import { signDocument } from "#server/protocol/signed-document";
import { getActiveCluster } from "../clusters/get-active-cluster";
import type { HubContext } from "../context";
import { type Agreement, documentFor, type Wish } from "./agreement";
import { insertAgreement } from "./agreements.repo";

/**
 * Written and signed by the hub before the host hears of it; undefined when the member holds or asked for one already.
 * `admit` looks at what was written and may refuse it.
 */
export async function proposeAgreement(
  ctx: HubContext,
  app: AppVersion,
  wish: Wish,
  admit?: (db: Db, written: Agreement) => Promise<void>,
): Promise<Agreement | undefined> {
  const host = await getActiveCluster(ctx.db, app.cluster);
  const now = ctx.now();
  const terms = { id: randomUUID(), user: ctx.user, host: host.name, hostKey: host.jkt, app: app.name, now };
  const document = documentFor(terms, wish);
  const hubSignature = await signDocument(ctx.hub.signingKey, hubSignatureType, document);
  return ctx.db.transaction(async (tx) => {
    const row = await insertAgreement(tx, {
      id: document.id,
      memberId: ctx.user.id,
      host: host.name,
      app: app.name,
      state: "REQUESTED",
      document,
      hubSignature,
      purpose: wish.purpose,
      expiresAt: new Date(document.expires),
      createdAt: now,
    });
    const entry = { actor: ctx.user.account, action: "agreement.request", subject: document.id };
    if (!row) return undefined;
    await admit?.(tx, row);
    await recordEntry(tx, now, entry);
    return row;
  });
}
