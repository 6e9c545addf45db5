import type { z } from "zod";
import type { AttemptsAnswer, attemptsQuestion } from "#server/protocol/set-back";
import type { FrameworkContext } from "../context";
import { listSince } from "../exchange/find-remote-attempt";
import { fittingOnePage } from "../hosting/hosted-run";
import { findPeer } from "../hosting/peers";
import { findPartLimit } from "../transfers/part-limit";

const page = 100;
/** What stands around the entries of an answer. */
const frameBytes = 1024;

/** A proof of its end that no letter carries is left out: an end that home has heard stands without it. */
async function carried<Entry extends { receipt: string | null }>(
  ctx: FrameworkContext,
  host: string,
  attempts: Entry[],
): Promise<Entry[]> {
  const limit = await findPartLimit(ctx, host);
  const isCarried = (entry: Entry) => Buffer.byteLength(JSON.stringify(entry)) + frameBytes <= limit;
  return fittingOnePage(attempts.map((entry) => (isCarried(entry) ? entry : { ...entry, receipt: null })));
}

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
  return { cursor: (await findPeer(ctx, host))?.cursor ?? 0, attempts: await carried(ctx, host, attempts) };
}
