import type { Db } from "#server/db/connect";
import type { GrantRequest } from "#server/protocol/framework-api";
import { findAgreement, lockAgreement } from "../agreements/find-agreement";
import { findCluster } from "../clusters/find-cluster";
import { isListedVersion } from "../market/is-listed-version";
import { findUser } from "../members/find-user";
import type { GrantFacts } from "./grant-checks";
import { findAuthorization, isCountedRun, listOfAttempt } from "./grants.repo";

type Asked = { home: string; request: GrantRequest; now: Date };

/** Reads what the checks look at; `locks` keeps the agreement as it is until the transaction ends. */
export async function gatherFacts(db: Db, { home, request, now }: Asked, locks: boolean): Promise<GrantFacts> {
  const { agreementId, runKey, attempt, host: cluster, app: name, version } = request;
  const agreement = await (locks ? lockAgreement : findAgreement)(db, agreementId);
  const authorization = await findAuthorization(db, request.authorizationId);
  const user = authorization && (await findUser(db, authorization.memberId));
  const host = await findCluster(db, cluster);
  const isListed = await isListedVersion(db, { cluster, name, version });
  const earlier = await listOfAttempt(db, runKey, attempt);
  const isCounted = await isCountedRun(db, runKey, agreementId);
  return { now, home, request, authorization, user, agreement, host, isListed, earlier, isCounted };
}
