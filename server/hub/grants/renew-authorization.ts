import { recordEntry } from "#server/audit/record-entry";
import type { Db } from "#server/db/connect";
import { KrdcError } from "#server/errors";
import { endOfConsent } from "./authorize-run";
import type { Authorization } from "./grant";
import { lockAuthorizationOfRun, updateAuthorization } from "./grants.repo";

type Renewal = {
  runId: string;
  account: string;
  /** The agreement of each step that is still to run, by step. */
  agreements: ReadonlyMap<string, { id: string; expiresAt: Date }>;
};

/** The same consent with a new end: nothing in it but its agreements changes, and one that was taken back stays so. */
export async function renewAuthorization(db: Db, renewal: Renewal, now: Date): Promise<Authorization> {
  const { runId, account, agreements } = renewal;
  return db.transaction(async (tx) => {
    const found = await lockAuthorizationOfRun(tx, runId);
    if (!found) throw new KrdcError("conflict", "consent.not_needed");
    if (found.revokedAt) throw new KrdcError("forbidden", "authorization.revoked");
    const steps = Object.entries(found.steps).map(
      ([id, step]) => [id, { ...step, agreementId: agreements.get(id)?.id ?? step.agreementId }] as const,
    );
    const expiresAt = endOfConsent(
      [...agreements.values()].map((one) => one.expiresAt),
      now,
    );
    const change = { steps: Object.fromEntries(steps), expiresAt };
    await updateAuthorization(tx, found.id, change);
    const ids = Object.fromEntries([...agreements].map(([step, { id }]) => [step, id]));
    const detail = { until: expiresAt.toISOString(), agreements: ids };
    await recordEntry(tx, now, { actor: account, action: "run.renew_consent", subject: runId, detail });
    return { ...found, ...change };
  });
}
