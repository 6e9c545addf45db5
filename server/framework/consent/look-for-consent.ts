import { KrdcError } from "#server/errors";
import { type ConsentAnswer, consentAnswer } from "#server/protocol/consent";
import { type FrameworkContext, within } from "../context";
import { proxyCountFor } from "../exchange/begin-remote-attempt";
import type { RemoteAttempt } from "../exchange/remote-attempt";
import { callHub } from "../identity/call-hub";
import { noteAttempts } from "../orchestrator/settle-attempt";
import { renewAgreements } from "../orchestrator/start-attempt";
import { proxyNameOf } from "../proxies/proxy";
import { queueProxy } from "../proxies/queue-proxy";
import { releaseHeld, selectHeldRuns, updateAgreementOf, updateProxyOf } from "./consent.repo";

type Consent = { runId: string; authorizationId: string };
type Standing = Pick<ConsentAnswer, "state" | "agreements">;

/** The hub's word; a consent that it does not know is over for good, which each attempt then hears in words. */
async function askHub(ctx: FrameworkContext, json: Consent): Promise<Standing> {
  try {
    return consentAnswer.parse(await callHub(ctx, { method: "POST", path: "/consents", json }));
  } catch (error) {
    if (error instanceof KrdcError && error.kind === "not_found") return { state: "REVOKED", agreements: {} };
    throw error;
  }
}

/** While they rested their proxy apps left: each group gets one again. */
async function bringProxies(ctx: FrameworkContext, rows: RemoteAttempt[]): Promise<void> {
  for (const [group, first] of new Map(rows.map((row) => [row.proxyGroup, row]))) {
    const count = await proxyCountFor(ctx, group);
    const name = proxyNameOf(group, count);
    await updateProxyOf(ctx.db, group, name, count);
    await queueProxy(ctx, first, name);
  }
}

async function apply(ctx: FrameworkContext, runId: string, { state, agreements }: Standing): Promise<void> {
  await ctx.db.transaction(async (db) => {
    const inside = within(ctx, db);
    await renewAgreements(inside, runId, agreements);
    for (const [step, id] of Object.entries(agreements)) await updateAgreementOf(db, runId, step, id);
    const change = { state: "WAITING_GRANT" as const, reason: null };
    const goesOn = state !== "ENDED" && (await noteAttempts(inside, runId, "WAITING_CONSENT", change));
    if (goesOn) await bringProxies(inside, await releaseHeld(db, runId));
  });
}

/** Asks the hub how a run's consent stands: what is not sent goes under the agreements that it names, and what rested goes on unless it is over. */
export async function lookForConsent(ctx: FrameworkContext, { runId, authorizationId }: Consent): Promise<void> {
  await apply(ctx, runId, await askHub(ctx, { runId, authorizationId }));
}

/** The same for every run that rests: one question for each, however many of its instances wait. */
export async function lookForConsents(ctx: FrameworkContext): Promise<void> {
  for (const held of await selectHeldRuns(ctx.db)) await lookForConsent(ctx, held);
}
