import { randomUUID } from "node:crypto";
import { KrdcError } from "#server/errors";
import type { SignedAgreement } from "#server/protocol/agreement";
import type { GrantRequest } from "#server/protocol/framework-api";
import { type GrantClaims, grantClaims, grantLifetimeSeconds, signGrant } from "#server/protocol/grant";
import type { Agreement } from "../agreements/agreement";
import { countRun } from "../agreements/count-run";
import { recordEntry } from "../audit/record-entry";
import type { ClusterContext } from "../context";
import type { User } from "../members/member";
import { gatherFacts } from "./gather-facts";
import { type GrantFacts, grantChecks, refusalBy } from "./grant-checks";
import { insertGrant } from "./grants.repo";

export type IssuedGrant = { grant: string; grantId: string; agreement: SignedAgreement };

/** What is left of an allowed request: both are there, or a check would have refused. */
type Allowed = { facts: GrantFacts; agreement: Agreement; user: User; expiresAt: Date };

/** One grant for one attempt of one authorized step, bound to the key of the calling home cluster. */
export async function issueGrant(ctx: ClusterContext, request: GrantRequest): Promise<IssuedGrant> {
  const grantId = randomUUID();
  const now = ctx.now();
  const allowed = await ctx.db.transaction(async (tx): Promise<Allowed | string> => {
    const facts = await gatherFacts(tx, { home: ctx.user.name, request, now }, true);
    const refusal = refusalBy(grantChecks, facts);
    const { agreement, user, authorization } = facts;
    const entry = { actor: ctx.user.name, subject: `${request.runId}/${request.step}/${request.index}` };
    if (refusal || !agreement || !user || !authorization) {
      const reason = refusal ?? "authorization.missing";
      await recordEntry(tx, now, { ...entry, action: "grant.refuse", detail: { reason, attempt: request.attempt } });
      return reason;
    }
    const ends = [
      now.getTime() + grantLifetimeSeconds * 1000,
      agreement.expiresAt.getTime(),
      authorization.expiresAt.getTime(),
    ];
    const expiresAt = new Date(Math.min(...ends));
    if (!facts.isCounted) await countRun(tx, agreement);
    await insertGrant(tx, rowOf(grantId, ctx.user.name, request, now, expiresAt));
    await recordEntry(tx, now, { ...entry, action: "grant.issue", detail: { grantId, attempt: request.attempt } });
    return { facts, agreement, user, expiresAt };
  });
  if (typeof allowed === "string") throw refused(allowed, request);
  const grant = await signGrant(ctx.hub.signingKey, claimsOf(ctx, grantId, request, allowed));
  return { grant, grantId, agreement: signedOf(allowed.agreement) };
}

function refused(reason: string, { host, app, step }: GrantRequest): KrdcError {
  const kind = reason === "grant.other_hashes" ? "conflict" : "forbidden";
  return new KrdcError(kind, reason, { detail: { cluster: host, app: `${host}/${app}`, step } });
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
  const { host, ...details } = request;
  const iat = Math.floor(allowed.facts.now.getTime() / 1000);
  return grantClaims.parse({
    iss: ctx.hub.url,
    aud: host,
    sub: allowed.user.pseudonym,
    jti,
    iat,
    nbf: iat,
    exp: Math.min(Math.floor(allowed.expiresAt.getTime() / 1000), iat + grantLifetimeSeconds),
    cnf: { jkt: ctx.user.jkt },
    home: ctx.user.name,
    authorization_details: [{ type: "krdc_step", ...details }],
  });
}

function signedOf({ document, hostSignature, hubSignature }: Agreement): SignedAgreement {
  if (!hostSignature || !hubSignature) throw new KrdcError("forbidden", "agreement.missing");
  return { document, hostSignature, hubSignature };
}
