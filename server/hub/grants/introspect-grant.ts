import type { z } from "zod";
import { failpoint } from "#server/failpoint";
import type { introspectionAnswer, introspectionRequest } from "#server/protocol/framework-api";
import { findAgreement } from "../agreements/find-agreement";
import { findCluster } from "../clusters/find-cluster";
import type { ClusterContext } from "../context";
import { isListedVersion } from "../market/is-listed-version";
import { findUser } from "../members/find-user";
import type { Authorization, Grant } from "./grant";
import { introspectionChecks, refusalBy, type StandingFacts } from "./grant-checks";
import { findAuthorization, findGrant, markIntrospected } from "./grants.repo";

type Question = z.infer<typeof introspectionRequest>;
type Answer = z.infer<typeof introspectionAnswer>;

/** The host asks at its door whether a grant still stands; only the host that it names learns anything. */
export async function introspectGrant(ctx: ClusterContext, question: Question): Promise<Answer> {
  const grant = await findGrant(ctx.db, question.jti);
  const isAsked =
    grant?.host === ctx.user.name && grant.runKey === question.runKey && grant.attempt === question.attempt;
  if (!grant || !isAsked) return { active: false, reason: "grant.unknown" };
  if (grant.closedAt) return { active: false, reason: "grant.closed" };
  if (grant.expiresAt <= ctx.now()) return { active: false, reason: "grant.expired" };
  const home = await findCluster(ctx.db, grant.home);
  if (home?.state !== "ACTIVE") return { active: false, reason: "cluster.suspended" };
  const authorization = await findAuthorization(ctx.db, grant.authorizationId);
  if (!authorization) return { active: false, reason: "authorization.missing" };
  const reason = refusalBy(introspectionChecks, await factsOf(ctx, grant, authorization));
  if (reason) return { active: false, reason };
  const isOpen = await markIntrospected(ctx.db, grant.id, ctx.now());
  failpoint("hub.introspection.before-answer");
  return isOpen ? { active: true, reason: null } : { active: false, reason: "grant.closed" };
}

async function factsOf(ctx: ClusterContext, grant: Grant, authorization: Authorization): Promise<StandingFacts> {
  const step = authorization.steps[grant.step];
  const [cluster, name, version] = [grant.host, step?.app ?? "", step?.version ?? ""];
  return {
    now: ctx.now(),
    home: grant.home,
    request: { host: cluster, app: name, digest: step?.digest ?? "", runId: authorization.runId },
    authorization,
    user: await findUser(ctx.db, authorization.memberId),
    agreement: await findAgreement(ctx.db, grant.agreementId),
    isListed: await isListedVersion(ctx.db, { cluster, name, version }),
  };
}
