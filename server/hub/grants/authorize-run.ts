import { randomUUID } from "node:crypto";
import type { AuthorizedStep } from "#drizzle/hub/schema/grants";
import { recordEntry } from "#server/audit/record-entry";
import type { Db } from "#server/db/connect";
import type { Authorization } from "./grant";
import { findAuthorizationOfRun, upsertAuthorization } from "./grants.repo";

/** Design: an authorization lives until its agreements end, at most this long. */
const authorizationDays = 30;

/** When a consent given now ends: with the first of its agreements, or before. */
export function endOfConsent(agreementsEnd: readonly Date[], now: Date): Date {
  const latest = now.getTime() + authorizationDays * 86_400_000;
  return new Date(Math.min(latest, ...agreementsEnd.map((end) => end.getTime())));
}

type Consent = {
  memberId: string;
  account: string;
  runId: string;
  home: string;
  workflowDigest: string;
  steps: Record<string, AuthorizedStep>;
  agreementsEnd: Date;
};

/** The user's consent for the remote steps of one run; asking again for the same run gives the same one. */
export async function authorizeRun(db: Db, consent: Consent, now: Date): Promise<Authorization> {
  const { agreementsEnd, account, ...values } = consent;
  const expiresAt = endOfConsent([agreementsEnd], now);
  return db.transaction(async (tx) => {
    await upsertAuthorization(tx, { id: randomUUID(), ...values, expiresAt });
    const row = await findAuthorizationOfRun(tx, consent.runId);
    if (!row) throw new TypeError("the authorization was written just now");
    await recordEntry(tx, now, { actor: account, action: "run.authorize", subject: consent.runId });
    return row;
  });
}
