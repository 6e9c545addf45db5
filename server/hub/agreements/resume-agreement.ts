import { KrdcError } from "#server/errors";
import type { HubContext } from "../context";
import { isHubOperator } from "../members/member";
import { type Agreement, suspendersOf } from "./agreement";
import { lockForHolding, writeHolders } from "./suspend-agreement";

type Outcome = Pick<Agreement, "id" | "state">;

/** Lifts what was suspended at the hub, never what the owner suspended at the framework's own door. */
export async function resumeAgreement(ctx: HubContext, { id }: { id: string }): Promise<Outcome> {
  return ctx.db.transaction(async (tx) => {
    const found = await lockForHolding(ctx, tx, { id, action: "agreement.resume" });
    const holders = suspendersOf(found);
    const left = holders.filter((one) => one === "owner" || (one === "hub" && !isHubOperator(ctx.user)));
    if (found.state === "ACTIVE") return { id, state: found.state };
    if (left.length === holders.length) {
      throw new KrdcError("forbidden", left.includes("hub") ? "agreement.held_by_hub" : "agreement.held_by_owner");
    }
    return writeHolders(ctx, tx, found, { holders: left, action: "agreement.resume" });
  });
}
