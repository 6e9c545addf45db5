import { z } from "zod";
import { KrdcError } from "#server/errors";
import { auditProblems } from "../audit/audit-problems";
import { listActiveClusters } from "../clusters/list-active-clusters";
import type { HubContext } from "../context";
import { callGateway } from "../gateways/framework-client";
import { may } from "../members/may";
import { sumUsageOfHost } from "../usage/sum-usage";
import { differingFigure, nothingUsed } from "../usage/usage";
import { checkHub } from "./check-hub";

const broken = z.object({ invariant: z.string(), what: z.string() });
const ledgerLine = z.object({
  agreementId: z.uuid(),
  runs: z.number(),
  cpuSeconds: z.number(),
  gpuSeconds: z.number(),
  outputBytes: z.number(),
});
const answer = z.object({ broken: z.array(broken), settled: z.boolean(), ledger: z.array(ledgerLine).optional() });
type FrameworkAnswer = z.infer<typeof answer> & { cluster: string };
export type CheckAnswer = Pick<FrameworkAnswer, "broken" | "settled">;

async function askFramework(ctx: HubContext, cluster: string): Promise<FrameworkAnswer> {
  try {
    const to = { cluster, user: ctx.user };
    const body = await callGateway(ctx, to, { method: "GET", path: "/v1/check", timeoutMs: 20_000 });
    const found = answer.parse(body);
    return { ...found, cluster, broken: found.broken.map((one) => ({ ...one, what: `${cluster}: ${one.what}` })) };
  } catch (error) {
    const code = error instanceof KrdcError ? error.reason : "internal";
    return { cluster, settled: true, broken: [{ invariant: "framework.answers", what: `${cluster}: ${code}` }] };
  }
}

/** What a host says that ended attempts took against what the hub heard of them from their homes. */
async function compareLedgers(ctx: HubContext, { cluster, ledger }: FrameworkAnswer): Promise<CheckAnswer["broken"]> {
  if (!ledger) return [];
  const ours = await sumUsageOfHost(ctx.db, cluster);
  const theirs = new Map(ledger.map(({ agreementId, ...sum }) => [agreementId, sum]));
  return [...new Set([...ours.keys(), ...theirs.keys()])].flatMap((id) => {
    const name = differingFigure(theirs.get(id) ?? nothingUsed, ours.get(id) ?? nothingUsed);
    return name ? [{ invariant: "ledger.same_on_both_sides", what: `${cluster}: ${id} ${name}` }] : [];
  });
}

/** Every invariant that is broken now, at the hub and in each framework. */
export async function runCheck(ctx: HubContext): Promise<CheckAnswer> {
  if (!may(ctx.user, "check.read")) throw new KrdcError("forbidden", "check.forbidden");
  const clusters = await listActiveClusters(ctx.db);
  const own = await checkHub(ctx.db, ctx.now());
  const theirs = await Promise.all(clusters.map(({ name }) => askFramework(ctx, name)));
  const settled = own.settled && theirs.every((one) => one.settled);
  // While something is under way, one side has always heard more than the other.
  const differing = settled ? await Promise.all(theirs.map((one) => compareLedgers(ctx, one))) : [];
  const audit = await auditProblems(ctx);
  return { settled, broken: [...own.broken, ...theirs.flatMap((one) => one.broken), ...differing.flat(), ...audit] };
}
