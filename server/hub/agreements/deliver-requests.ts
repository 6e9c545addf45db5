import { KrdcError } from "#server/errors";
import type { AnyContext } from "../context";
import { findUser } from "../members/find-user";
import { type Agreement, byHost } from "./agreement";
import { listUndelivered } from "./agreements.repo";
import { deliverRequest } from "./deliver-request";

/** True when the host could be spoken to, so that its next request is worth a try. */
async function tryDelivery(ctx: AnyContext, agreement: Agreement): Promise<boolean> {
  const user = await findUser(ctx.db, agreement.memberId);
  if (!user) return true;
  try {
    await deliverRequest(ctx, agreement, user);
    return true;
  } catch (error) {
    const reason = error instanceof KrdcError ? error.reason : String(error);
    ctx.log.warn(
      { agreement: agreement.id, host: agreement.host, reason },
      "a request is not settled with its host yet",
    );
    return error instanceof KrdcError && !error.retryable;
  }
}

async function deliverToHost(ctx: AnyContext, agreements: Agreement[]): Promise<void> {
  for (const agreement of agreements) if (!(await tryDelivery(ctx, agreement))) return;
}

/** Brings every request again that its host has not taken in; hosts that are away keep nobody else's waiting. */
export async function deliverRequests(ctx: AnyContext): Promise<void> {
  const waiting = byHost(await listUndelivered(ctx.db, ctx.now()));
  await Promise.all(waiting.map((agreements) => deliverToHost(ctx, agreements)));
}
