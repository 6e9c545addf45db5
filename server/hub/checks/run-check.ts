import { z } from "zod";
import { KrdcError } from "#server/errors";
import { listActiveClusters } from "../clusters/list-active-clusters";
import type { HubContext } from "../context";
import { callGateway } from "../gateways/framework-client";
import { may } from "../members/may";
import { checkHub } from "./check-hub";

const broken = z.object({ invariant: z.string(), what: z.string() });
const answer = z.object({ broken: z.array(broken), settled: z.boolean() });
export type CheckAnswer = z.infer<typeof answer>;

async function askFramework(ctx: HubContext, cluster: string): Promise<CheckAnswer> {
  try {
    const to = { cluster, user: ctx.user };
    const body = await callGateway(ctx, to, { method: "GET", path: "/v1/check", timeoutMs: 20_000 });
    const found = answer.parse(body);
    return { ...found, broken: found.broken.map((one) => ({ ...one, what: `${cluster}: ${one.what}` })) };
  } catch (error) {
    const code = error instanceof KrdcError ? error.reason : "internal";
    return { settled: true, broken: [{ invariant: "framework.answers", what: `${cluster}: ${code}` }] };
  }
}

/** Every invariant that is broken now, at the hub and in each framework. */
export async function runCheck(ctx: HubContext): Promise<CheckAnswer> {
  if (!may(ctx.user, "check.read")) throw new KrdcError("forbidden", "check.forbidden");
  const clusters = await listActiveClusters(ctx.db);
  const own = await checkHub(ctx.db, ctx.now());
  const theirs = await Promise.all(clusters.map(({ name }) => askFramework(ctx, name)));
  return {
    settled: own.settled && theirs.every(({ settled }) => settled),
    broken: [...own.broken, ...theirs.flatMap((one) => one.broken)],
  };
}
