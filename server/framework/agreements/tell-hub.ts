import type { z } from "zod";
import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import { decisionAnswer, type OwnerDecision } from "#server/protocol/agreement";
import { canonicalJson } from "#server/protocol/canonical";
import type { FrameworkContext } from "../context";
import { callHub } from "../identity/call-hub";
import { repeat } from "../repeat";
import { suspendersOf } from "./agreement";
import { type Agreement, lockAgreement, selectAgreement, selectUntold, updateAgreement } from "./agreements.repo";
import { verifyHubSignature } from "./sign-agreement";

const timeoutMs = 5000;

/** The hub has its own reason to take this word never. */
const isFinal = (error: unknown): error is KrdcError =>
  error instanceof KrdcError && (error.kind === "conflict" || error.reason === "agreement.not_found");

type Heard = z.infer<typeof decisionAnswer> | KrdcError;

async function say(ctx: FrameworkContext, id: string, word: OwnerDecision): Promise<Heard> {
  try {
    const call = { method: "POST" as const, path: `/agreements/${id}/decision`, json: word, timeoutMs };
    return decisionAnswer.parse(await callHub(ctx, call));
  } catch (error) {
    if (isFinal(error)) return error;
    throw error;
  }
}

/** An approval holds once the hub has signed exactly the document that the owner approved. */
async function countersigned(ctx: FrameworkContext, row: Agreement, heard: Heard): Promise<Partial<Agreement>> {
  if (heard instanceof KrdcError || row.state !== "APPROVED") return {};
  if (!heard.hubSignature) {
    if (heard.state === "ACTIVE") throw new KrdcError("unavailable", "signature.invalid");
    return {};
  }
  await verifyHubSignature(ctx, row.document, heard.hubSignature);
  return { state: "ACTIVE", hubSignature: heard.hubSignature };
}

/** A suspension that had to wait until the hub knew the agreement. */
const nextWord = (row: Agreement, told: OwnerDecision): OwnerDecision | null =>
  told.decision === "approved" && suspendersOf(row).includes("owner") ? { decision: "suspended" } : null;

async function tellOnce(ctx: FrameworkContext, id: string): Promise<boolean> {
  const word = (await selectAgreement(ctx.db, id))?.untoldDecision;
  if (!word) return false;
  const heard = await say(ctx, id, word);
  return ctx.db.transaction(async (db) => {
    const row = await lockAgreement(db, id);
    // The owner decided again meanwhile: that is told next.
    if (!row || canonicalJson(row.untoldDecision) !== canonicalJson(word)) return row !== undefined;
    const untoldDecision = nextWord(row, word);
    await updateAgreement(db, id, { ...(await countersigned(ctx, row, heard)), untoldDecision });
    const detail = { decision: word.decision, ...(heard instanceof KrdcError ? { refused: heard.reason } : {}) };
    await recordEntry(db, ctx.now(), {
      actor: "hub",
      action: heard instanceof KrdcError ? "agreement.decision_refused" : "agreement.decision_heard",
      subject: `agreement:${id}`,
      detail,
    });
    return untoldDecision !== null;
  });
}

/** Tells the hub what the owner decided about one agreement; throws while the hub does not take it in. */
export async function tellDecision(ctx: FrameworkContext, id: string): Promise<void> {
  while (await tellOnce(ctx, id));
}

/** One that the hub stumbles over keeps no other waiting; a hub that is away ends the round. */
async function tellAll(ctx: FrameworkContext): Promise<void> {
  for (const id of await selectUntold(ctx.db)) {
    try {
      await tellDecision(ctx, id);
    } catch (error) {
      ctx.log.info({ agreement: id, error: error instanceof Error ? error.message : error }, "the hub was not told");
      if (error instanceof KrdcError && error.reason === "hub_unavailable") return;
    }
  }
}

/** Repeats what the hub has not heard for as long as the framework lives. */
export const startTellingHub = (ctx: FrameworkContext): (() => void) =>
  repeat(ctx, { name: "tell-hub", everyMs: Math.min(5000, ctx.timing.statusPollMs), work: () => tellAll(ctx) });
