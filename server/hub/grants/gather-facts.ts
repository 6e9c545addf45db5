import type { GrantRequest } from "#server/protocol/framework-api";
import { lockAgreement } from "../agreements/find-agreement";
import { type CallingCluster, skewSecondsOf } from "../clusters/cluster";
import { findCluster } from "../clusters/find-cluster";
import type { AnyContext } from "../context";
import { isListedVersion } from "../market/is-listed-version";
import { findUser } from "../members/find-user";
import { readReceipt } from "../usage/read-receipt";
import { sumUsage } from "../usage/sum-usage";
import { nothingUsed } from "../usage/usage";
import type { GrantFacts } from "./grant-checks";
import { findAuthorization, hasLater, isCountedRun, listOfAttempt, lockOpenBefore } from "./grants.repo";

type Asked = { home: CallingCluster; request: GrantRequest; now: Date };

/** Earlier attempts of the same run: those that may still be let in or live somewhere, and the record of the last one's end. */
async function gatherPrevious(ctx: AnyContext, { runKey, attempt, previous }: GrantRequest) {
  const { db } = ctx;
  const openBefore = await lockOpenBefore(db, runKey, attempt);
  const [last] = openBefore;
  const isSigned = previous.kind === "receipt" && last !== undefined;
  const previousReceipt = isSigned ? await readReceipt(ctx, last.host, previous.receipt) : undefined;
  return { openBefore, previousReceipt, hasLater: await hasLater(db, runKey, attempt) };
}

/** Reads what the checks look at, under the locks of the agreement and of earlier grants until the transaction ends. */
export async function gatherFacts(ctx: AnyContext, { home, request, now }: Asked): Promise<GrantFacts> {
  const { db } = ctx;
  const { agreementId, runKey, attempt, host: cluster, app: name, version } = request;
  const agreement = await lockAgreement(db, agreementId);
  const authorization = await findAuthorization(db, request.authorizationId);
  const user = authorization && (await findUser(db, authorization.memberId));
  const host = await findCluster(db, cluster);
  const isListed = await isListedVersion(db, { cluster, name, version });
  const earlier = await listOfAttempt(db, runKey, attempt);
  const isCounted = await isCountedRun(db, runKey, agreementId);
  const used = (await sumUsage(db, [agreementId])).get(agreementId) ?? nothingUsed;
  const rest = { isListed, earlier, isCounted, used, ...(await gatherPrevious(ctx, request)) };
  return {
    now,
    home: home.name,
    homeSkew: skewSecondsOf(home),
    request,
    authorization,
    user,
    agreement,
    host,
    ...rest,
  };
}
