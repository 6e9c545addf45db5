import type { z } from "zod";
import type { AttemptsAnswer, attemptsQuestion } from "#server/protocol/set-back";
import type { FrameworkContext } from "../context";
import { listSince } from "../exchange/find-remote-attempt";
import { findPeer } from "../hosting/peers";

const page = 100;

/** A host whose database was set back asks what we, as a home, remember of our attempts with it. */
export async function listOpenAttempts(
  ctx: FrameworkContext,
  host: string,
  { since, after }: z.infer<typeof attemptsQuestion>,
): Promise<AttemptsAnswer> {
  const rows = await listSince(ctx, host, { since: new Date(since), after }, page);
  const attempts = rows.map(({ runKey, attempt, request, agreementId, grantId, hostSeq, receipt, acknowledgedAt }) => ({
    ...{ runKey, attempt, request, agreementId, grantId, hostSeq, receipt },
    isAcknowledged: acknowledgedAt !== null,
  }));
  return { cursor: (await findPeer(ctx, host))?.cursor ?? 0, attempts };
}
