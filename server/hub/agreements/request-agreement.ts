import type { Db } from "#server/db/connect";
import { KrdcError } from "#server/errors";
import type { Budget } from "#server/protocol/agreement";
import type { HubContext } from "../context";
import { resolveApps } from "../market/resolve-apps";
import { type Agreement, offerOf, refusalFor, unbounded } from "./agreement";
import { countRequests, expireOpen, findById, findDecisive, findOpen } from "./agreements.repo";
import { deliverRequest } from "./deliver-request";
import { proposeAgreement } from "./propose-agreement";

/** `runs` alone is the short way to say a budget. */
export type AgreementRequest = {
  app: string;
  days: number;
  runs?: number | null | undefined;
  budget?: { [K in keyof Budget]?: number | null | undefined } | undefined;
  purpose: string;
};
type Outcome = Pick<Agreement, "id" | "state">;

const budgetOf = ({ runs = null, budget = {} }: AgreementRequest): Budget => ({
  runs: budget.runs ?? runs,
  cpuSeconds: budget.cpuSeconds ?? unbounded.cpuSeconds,
  gpuSeconds: budget.gpuSeconds ?? unbounded.gpuSeconds,
  outputBytes: budget.outputBytes ?? unbounded.outputBytes,
});

/** An owner must be able to read what waits, and no member may fill the list. */
const mostOfMember = 20;
const mostAtHost = 200;

async function refuseFlood(db: Db, written: Agreement, now: Date): Promise<void> {
  const { ofMember, atHost } = await countRequests(db, written, now);
  if (ofMember <= mostOfMember && atHost <= mostAtHost) return;
  throw new KrdcError("too_many", "agreement.too_many_requests", { detail: { mostOfMember, mostAtHost } });
}

/** A member asks for an app at its host; an open offer answers at once, otherwise its owner answers at the host's own door. */
export async function requestAgreement(ctx: HubContext, request: AgreementRequest): Promise<Outcome> {
  const app = (await resolveApps(ctx.db, [request.app])).apps.get(request.app);
  const detail = { app: request.app };
  if (!app) throw new KrdcError("not_found", "app.not_found", { detail });
  const coordinates = { memberId: ctx.user.id, host: app.cluster, app: app.name };
  await expireOpen(ctx.db, coordinates, ctx.now());
  const offer = offerOf(app.access, await findDecisive(ctx.db, coordinates));
  if (offer === "refuse") throw new KrdcError("forbidden", "agreement.closed", { detail });
  const open = await findOpen(ctx.db, coordinates);
  if (offer === "sign_now" && open && refusalFor(open, ctx.now()) === undefined)
    return { id: open.id, state: open.state };
  const wish = { ...request, budget: budgetOf(request) };
  const row = await proposeAgreement(ctx, app, wish, (db, written) => refuseFlood(db, written, ctx.now()));
  if (!row) throw new KrdcError("conflict", "agreement.already_open", { detail });
  return deliver(ctx, row);
}

/** A host that is away keeps nobody from asking: the hub's loop brings the request there. */
async function deliver(ctx: HubContext, row: Agreement): Promise<Outcome> {
  try {
    const { id, state } = await deliverRequest(ctx, row, ctx.user);
    return { id, state };
  } catch (error) {
    const now = await findById(ctx.db, row.id);
    if (!(error instanceof KrdcError) || now?.state !== "REQUESTED") throw error;
    ctx.log.info({ agreement: row.id, host: row.host, reason: error.reason }, "a request waits for its host");
    return { id: now.id, state: now.state };
  }
}
