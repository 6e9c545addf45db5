import { recordEntry } from "#server/audit/record-entry";
import { hostSignatureType } from "#server/protocol/agreement";
import { canonicalJson } from "#server/protocol/canonical";
import { agreementsAnswer, type RememberedAgreement, runsAnswer } from "#server/protocol/set-back";
import { readDatedDocument } from "#server/protocol/signed-document";
import { suspensionAfter } from "../agreements/agreement";
import { recordRevocation } from "../agreements/revoke-agreement";
import { verifyHubSignature } from "../agreements/sign-agreement";
import type { Agreement } from "../agreements/use-agreement";
import type { FrameworkContext } from "../context";
import { callHub } from "../identity/call-hub";
import { type Restore, sinceOf } from "./restore";
import { insertKept, lockKept, raiseRunSeq, updateKept } from "./restores.repo";

const by = "restore";
const over: ReadonlySet<string> = new Set(["REVOKING", "REVOKED", "EXPIRED"]);

/** Whether both signatures stand under exactly this document: what the hub alone says gives nobody anything. */
async function isSignedByBoth(ctx: FrameworkContext, told: RememberedAgreement): Promise<boolean> {
  const { document, hostSignature: jws, hubSignature } = told;
  if (!jws || !hubSignature || document.host !== ctx.name) return false;
  try {
    await verifyHubSignature(ctx, document, hubSignature);
    const own = await readDatedDocument(ctx.keys.documentKeys(), hostSignatureType, {
      jws,
      datedAt: () => document.notBefore,
    });
    return canonicalJson(own) === canonicalJson(document);
  } catch {
    return false;
  }
}

const suspended = {
  state: "SUSPENDED" as const,
  reason: "agreement.suspended_by_owner",
  untoldDecision: { decision: "suspended" as const },
};

/**
 * Signed by us in the time that was lost. It comes back suspended: whether its owner took it back in that same time only the
 * owner knows, so the owner looks at it and opens it again.
 */
async function takeBack(ctx: FrameworkContext, told: RememberedAgreement, known: Agreement | undefined) {
  const { id, document, hostSignature, hubSignature } = told;
  const now = ctx.now();
  const signed = { document, hostSignature, hubSignature, decidedAt: now, decidedBy: by };
  const isOver = over.has(told.state);
  if (known) {
    await updateKept(ctx.db, id, { ...signed, state: "ACTIVE" });
    await updateKept(ctx.db, id, suspended);
  } else {
    const standing = isOver ? { state: "REVOKED" as const, revokedAt: now } : suspended;
    await insertKept(ctx.db, { id, app: document.app, ...signed, ...standing, createdAt: now });
  }
  const entry = { actor: by, action: "agreement.taken_back", subject: `agreement:${id}` };
  await recordEntry(ctx.db, now, { ...entry, detail: { state: isOver ? "REVOKED" : "SUSPENDED" } });
}

/** What our owner decided in the time that was lost, as the hub heard it; nothing of it widens. */
async function narrow(ctx: FrameworkContext, told: RememberedAgreement, known: Agreement): Promise<void> {
  const now = ctx.now();
  const entry = { actor: by, subject: `agreement:${told.id}` };
  if (told.state === "REJECTED" && known.state === "REQUESTED") {
    await updateKept(ctx.db, told.id, { state: "REJECTED", reason: "", decidedAt: now, decidedBy: by });
    await recordEntry(ctx.db, now, { ...entry, action: "agreement.rejected" });
  }
  const change = told.isSuspendedByOwner ? suspensionAfter(known, "owner", true) : undefined;
  if (!change) return;
  await updateKept(ctx.db, told.id, { ...change, decidedAt: now, decidedBy: by });
  await recordEntry(ctx.db, now, { ...entry, action: "agreement.suspended" });
}

async function settleOne(ctx: FrameworkContext, told: RememberedAgreement): Promise<void> {
  const isSigned = await isSignedByBoth(ctx, told);
  const isEnded = await ctx.db.transaction(async (db) => {
    const inside = { ...ctx, db };
    const known = await lockKept(db, told.id);
    if (known && over.has(told.state)) return true;
    const isNews = isSigned && (known === undefined || known.state === "REQUESTED");
    if (isNews && told.state !== "REJECTED") await takeBack(inside, told, known);
    else if (known) await narrow(inside, told, known);
    return false;
  });
  if (isEnded && told.state !== "EXPIRED") await recordRevocation(ctx, { by, id: told.id, isOwners: false });
}

/** Reads again from the hub how every agreement of this host stands. */
export async function settleAgreements(ctx: FrameworkContext, restore: Restore): Promise<void> {
  for (let after: string | null = null; ; ) {
    const json: { since: string; after: string | null } = { since: sinceOf(restore), after };
    const answer = await callHub(ctx, { method: "POST", path: "/set-back/agreements", json });
    const { agreements } = agreementsAnswer.parse(answer);
    for (const told of agreements) await settleOne(ctx, told);
    const last = agreements.at(-1);
    if (!last) return;
    after = last.id;
  }
}

const lostInRestore = "run.lost_in_restore";

/**
 * Reads again from the hub which runs were submitted here: what this database does not know any more is told as lost, and
 * of what it knows the next word counts as newer than the hub's last.
 */
export async function settleRuns(ctx: FrameworkContext, restore: Restore): Promise<void> {
  for (let after: string | null = null; ; ) {
    const json: { since: string; after: string | null } = { since: sinceOf(restore), after };
    const answer = await callHub(ctx, { method: "POST", path: "/set-back/runs", json });
    const { runs } = runsAnswer.parse(answer);
    const summaries = [];
    for (const { id, seq, stepsTotal } of runs) {
      if (await raiseRunSeq(ctx.db, id, seq)) continue;
      const end = { state: "FAILED", reason: lostInRestore, startedAt: null, endedAt: ctx.now().toISOString() };
      summaries.push({ id, seq: seq + 1, ...end, stepsDone: 0, stepsTotal });
    }
    if (summaries.length > 0) await callHub(ctx, { method: "POST", path: "/run-summaries", json: { summaries } });
    const last = runs.at(-1);
    if (!last) return;
    after = last.id;
  }
}
