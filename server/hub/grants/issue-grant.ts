import { randomUUID } from "node:crypto";
import { recordEntry } from "#server/audit/record-entry";
import type { Db } from "#server/db/connect";
import { KrdcError } from "#server/errors";
import { failpoint } from "#server/failpoint";
import type { SignedAgreement } from "#server/protocol/agreement";
import type { GrantRequest } from "#server/protocol/framework-api";
import { type GrantClaims, grantClaims, grantLifetimeSeconds, signGrant } from "#server/protocol/grant";
import { overCeiling } from "#server/protocol/limits";
import { type Agreement, usedUpTerm } from "../agreements/agreement";
import { countRun } from "../agreements/count-run";
import { isSkewed } from "../clusters/cluster";
import type { ClusterContext } from "../context";
import type { User } from "../members/member";
import { gatherFacts } from "./gather-facts";
import { type GrantFacts, grantChecks, refusalBy } from "./grant-checks";
import { closeBefore, insertGrant } from "./grants.repo";

export type IssuedGrant = { grant: string; grantId: string; agreement: SignedAgreement };

/** What is left of an allowed request: both are there, or a check would have refused. */
type Allowed = { facts: GrantFacts; agreement: Agreement; user: User; expiresAt: Date };

type Asked = { grantId: string; request: GrantRequest; now: Date };

/** One grant for one attempt of one authorized step, bound to the key of the calling home cluster. */
export async function issueGrant(ctx: ClusterContext, request: GrantRequest): Promise<IssuedGrant> {
  const asked = { grantId: randomUUID(), request, now: ctx.now() };
  const decided = await ctx.db.transaction((tx) => decide(ctx, tx, asked));
  if (decided instanceof KrdcError) throw decided;
  failpoint("hub.grant.after-commit");
  const grant = await signGrant(ctx.hub.signingKey, claimsOf(ctx, asked.grantId, request, decided));
  return { grant, grantId: asked.grantId, agreement: signedOf(decided.agreement) };
}

/** A refusal is answered, not thrown: it is written down with the transaction. */
async function decide(ctx: ClusterContext, tx: Db, asked: Asked): Promise<Allowed | KrdcError> {
  const { request, now } = asked;
  const facts = await gatherFacts({ ...ctx, db: tx }, { home: ctx.user, request, now });
  const reason = refusalBy(grantChecks, facts);
  const { agreement, user, authorization } = facts;
  if (!reason && agreement && user && authorization) {
    const ends = [now.getTime() + grantLifetimeSeconds * 1000, +agreement.expiresAt, +authorization.expiresAt];
    const allowed = { facts, agreement, user, expiresAt: new Date(Math.min(...ends)) };
    await writeGrant(ctx, tx, asked, allowed);
    failpoint("hub.grant.before-commit");
    return allowed;
  }
  const refusal = refused(reason ?? "authorization.missing", facts);
  const detail = { reason: refusal.reason, attempt: request.attempt };
  await recordEntry(tx, now, { actor: ctx.user.name, subject: subjectOf(request), action: "grant.refuse", detail });
  return refusal;
}

const subjectOf = ({ runId, step, index }: GrantRequest) => `${runId}/${step}/${index}`;

/** From here on the attempts before it open nothing. */
async function writeGrant(ctx: ClusterContext, tx: Db, { grantId, request, now }: Asked, allowed: Allowed) {
  const { runKey, attempt, previous } = request;
  if (!allowed.facts.isCounted) await countRun(tx, allowed.agreement);
  await closeBefore(tx, runKey, attempt, now);
  await insertGrant(tx, rowOf(grantId, ctx.user.name, request, now, allowed.expiresAt));
  const entry = { actor: ctx.user.name, subject: subjectOf(request) };
  if (previous.kind === "abandoned") {
    // The home tells who gave it up; only the home itself is proven to us.
    const detail = { attempt: attempt - 1, by: previous.by, at: previous.at };
    await recordEntry(tx, now, { ...entry, action: "attempt.abandon", detail });
  }
  const why = previous.kind === "refused" ? { previousRefusal: previous.reason } : {};
  const detail = { grantId, attempt, previous: previous.kind, ...why };
  await recordEntry(tx, now, { ...entry, action: "grant.issue", detail });
}

const conflicts = new Set(["grant.other_hashes", "grant.previous_attempt_open", "grant.older_attempt"]);

/** What a sentence about the refusal names. */
function refused(reason: string, facts: GrantFacts): KrdcError {
  const { request, agreement, used, isCounted, homeSkew, home } = facts;
  const { host, app, step, attempt } = request;
  const kind = conflicts.has(reason) ? "conflict" : "forbidden";
  const cluster = reason === "cluster.clock_skew" && isSkewed(homeSkew) ? home : host;
  const detail: Record<string, unknown> = { cluster, app: `${host}/${app}`, step, attempt };
  if (agreement && reason === "agreement.over_per_run") {
    detail.name = overCeiling(request.limits, agreement.document.perRun);
  }
  if (agreement && reason === "agreement.budget_used") detail.name = usedUpTerm(agreement, used, isCounted);
  return new KrdcError(kind, reason, { detail });
}

const rowOf = (id: string, home: string, request: GrantRequest, issuedAt: Date, expiresAt: Date) => ({
  id,
  authorizationId: request.authorizationId,
  agreementId: request.agreementId,
  home,
  host: request.host,
  step: request.step,
  index: request.index,
  attempt: request.attempt,
  runKey: request.runKey,
  parametersHash: request.parametersHash,
  inputsHash: request.inputsHash,
  issuedAt,
  expiresAt,
});

function claimsOf(ctx: ClusterContext, jti: string, request: GrantRequest, allowed: Allowed): GrantClaims {
  const { host, previous: _previous, ...details } = request;
  const iat = Math.floor(allowed.facts.now.getTime() / 1000);
  return grantClaims.parse({
    iss: ctx.hub.url,
    aud: host,
    sub: allowed.user.pseudonym,
    jti,
    iat,
    nbf: iat,
    exp: Math.min(Math.floor(allowed.expiresAt.getTime() / 1000), iat + grantLifetimeSeconds),
    cnf: { jkt: ctx.user.callsWith },
    home: ctx.user.name,
    authorization_details: [{ type: "krdc_step", ...details }],
  });
}

function signedOf({ document, hostSignature, hubSignature }: Agreement): SignedAgreement {
  if (!hostSignature || !hubSignature) throw new KrdcError("forbidden", "agreement.missing");
  return { document, hostSignature, hubSignature };
}
