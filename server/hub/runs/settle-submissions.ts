import { KrdcError } from "#server/errors";
import type { AnyContext } from "../context";
import { callGateway } from "../gateways/framework-client";
import { findUser } from "../members/find-user";
import { localUser } from "../members/member";
import type { Run } from "./run";
import { listStuck, settleSubmitting } from "./runs.repo";

const afterMs = 60_000;

/** Runs whose handing over was cut short: their home says whether it has them. */
export async function settleSubmissions(ctx: AnyContext): Promise<void> {
  for (const run of await listStuck(ctx.db, new Date(ctx.now().getTime() - afterMs))) {
    try {
      const found = await readRunAs(ctx, run);
      const refused = { state: "REFUSED" as const, refusal: "run.never_arrived", endedAt: ctx.now() };
      await settleSubmitting(ctx.db, run.id, found === undefined ? refused : { state: "QUEUED" });
    } catch (error) {
      const reason = error instanceof KrdcError ? error.reason : String(error);
      ctx.log.warn({ run: run.id, reason }, "it is not known yet whether the home took this run");
    }
  }
}

/** The run as its home shows it to its owner, or undefined when the home does not know it. */
async function readRunAs(ctx: AnyContext, run: Run): Promise<unknown> {
  const user = (await findUser(ctx.db, run.memberId)) ?? localUser([]);
  try {
    return await callGateway(ctx, { cluster: run.home, user }, { method: "GET", path: `/v1/runs/${run.id}` });
  } catch (error) {
    if (error instanceof KrdcError && error.kind === "not_found") return undefined;
    throw error;
  }
}
