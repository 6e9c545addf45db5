import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { KrdcError } from "#server/errors";
import { type AgreementDocument, hubSignatureType, type OwnerDecision } from "#server/protocol/agreement";
import { type GrantRequest, type PortalUser, portalTokenType } from "#server/protocol/framework-api";
import { type GrantClaims, grantLifetimeSeconds, signGrant } from "#server/protocol/grant";
import { hubSuccessionType } from "#server/protocol/key-change";
import {
  importSigningKey,
  makeSigningKey,
  type PrivateKey,
  type PublicKey,
  publicPart,
  thumbprintOf,
} from "#server/protocol/keys";
import { problemOf } from "#server/protocol/problem";
import { verifyProof } from "#server/protocol/proof";
import { signDocument } from "#server/protocol/signed-document";
import { type StatusList, statusListType } from "#server/protocol/status-list";
import {
  aMailboxDouble,
  type MailboxDouble,
  noteMember,
  postLetter,
  serveStream,
  takeNext,
} from "./mailbox-double.build";

export type Asked = { path: string; json: unknown; cluster: string };

/** A double of the hub over real HTTP with real signatures; it believes whatever a test tells it. */
export type HubDouble = {
  url: string;
  /** What it signs with now. */
  key: JWK;
  publicKey: JWK;
  /** Every key that it had, and each one's word for the next. */
  published: { keys: JWK[]; successions: string[] };
  /** Announces another key, with which it signs from then on. */
  announceKey: (inMs: number) => Promise<{ key: JWK; succession: string }>;
  portalKey: PrivateKey;
  /** Clusters by the thumbprint of their key. */
  clusters: Map<string, string>;
  asked: Asked[];
  isAway: boolean;
  /** Clusters that it does not answer while it answers others. */
  cutOff: Set<string>;
  /** What its signed status list says was narrowed. */
  narrowed: Partial<StatusList>;
  /** Takes the place of an answer, by path. */
  answers: Map<string, (json: unknown, cluster: string) => unknown>;
  /** Holds every call of a path until the promise is kept. */
  gate: (path: string) => Promise<void> | undefined;
  grant: (over: Partial<GrantClaims> & Pick<GrantClaims, "authorization_details">) => Promise<string>;
  portalToken: (cluster: string, user: PortalUser) => Promise<string>;
  sign: (document: AgreementDocument) => Promise<string>;
  /** Its part in calls to frameworks that nobody dials. */
  mailbox: MailboxDouble;
  close: () => Promise<void>;
};

export const researcherPseudonym = "pseudonym-of-researcher";

export async function aHubKey(): Promise<{ key: JWK; publicKey: JWK }> {
  const pair = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const { kty, crv, x, d } = await exportJWK(pair.privateKey);
  const kid = await thumbprintOf({ kty, crv, x } as JWK);
  return { key: { kty, crv, x, d, kid } as JWK, publicKey: { kty, crv, x, kid } as JWK };
}

export const seconds = (at: Date) => Math.floor(at.getTime() / 1000);

/** The claims that the hub would make of a home's request. */
export function claimsOf(hub: { url: string }, asked: GrantRequest, home: { name: string; jkt: string }): GrantClaims {
  const now = seconds(new Date());
  const { host, previous: _previous, ...details } = asked;
  return {
    iss: hub.url,
    aud: host,
    sub: researcherPseudonym,
    jti: randomUUID(),
    iat: now,
    nbf: now,
    exp: now + grantLifetimeSeconds,
    cnf: { jkt: home.jkt },
    home: home.name,
    authorization_details: [{ type: "krdc_step", ...details }],
  };
}

/** The signed word about what was narrowed, as the hub double makes it for one question. */
export const statusOf = (hub: Pick<HubDouble, "url" | "key" | "narrowed">, asked: unknown) =>
  signDocument(hub.key, statusListType, {
    schema: "krdc.status/v1",
    hub: hub.url,
    issuedAt: new Date().toISOString(),
    revokedAgreements: [],
    suspendedAgreements: [],
    disabledUsers: [],
    suspendedClusters: [],
    ...hub.narrowed,
    ...(asked as { nonce: string; host: string }),
  });

type Caller = { name: string; jkt: string; key: PublicKey; isHungUp: AbortSignal };

/** Countersigns whatever an owner approves. */
async function decide(hub: HubDouble, decision: OwnerDecision) {
  const states = {
    approved: "ACTIVE",
    rejected: "REJECTED",
    suspended: "SUSPENDED",
    resumed: "ACTIVE",
    revoked: "REVOKED",
  };
  const hubSignature = decision.decision === "approved" ? await hub.sign(decision.document) : null;
  return { state: states[decision.decision], hubSignature };
}

async function answer(hub: HubDouble, path: string, json: unknown, caller: Caller) {
  const own = hub.answers.get(path);
  if (own) return own(json, caller.name);
  if (/^\/agreements\/[^/]+\/decision$/.test(path)) return decide(hub, json as OwnerDecision);
  switch (path) {
    case "/grants": {
      const claims = claimsOf(hub, json as GrantRequest, caller);
      return { grant: await signGrant(hub.key, claims), grantId: claims.jti, agreement: null };
    }
    case "/introspections":
      return { active: true, reason: null };
    case "/heartbeats":
      return {
        state: "ACTIVE",
        time: new Date().toISOString(),
        hubSuccession: hub.published.successions.at(-1),
        peers: noteMember(hub.mailbox, caller.name, caller.key, json),
      };
    case "/letters":
      return postLetter(hub.mailbox, json);
    case "/reverse-calls/next":
      return takeNext(hub.mailbox, caller.name, json, caller.isHungUp);
    case "/status":
      return { status: await statusOf(hub, json), successions: hub.published.successions };
    case "/receipts":
      return { accepted: (json as { receipts: unknown[] }).receipts.length, refused: [] };
    case "/set-back/agreements":
      return { agreements: [] };
    case "/set-back/runs":
      return { runs: [] };
    case "/run-summaries":
    case "/listings":
    case "/enrolments":
      return {};
    default:
      throw new KrdcError("not_found", "not_found");
  }
}

async function portalTokenOf(hub: HubDouble, cluster: string, user: PortalUser): Promise<string> {
  const now = seconds(new Date());
  const cnf = { jkt: await thumbprintOf(publicPart(hub.portalKey)) };
  return new SignJWT({ cnf, user: { ...user } })
    .setProtectedHeader({ alg: "EdDSA", typ: portalTokenType, kid: String(hub.key.kid) })
    .setIssuer(hub.url)
    .setAudience(cluster)
    .setSubject(user.sub)
    .setIssuedAt(now)
    .setExpirationTime(now + 300)
    .setJti(randomUUID())
    .sign(await importSigningKey(hub.key));
}

const cutOff = Symbol("not answered");

const streamed = Symbol("answered already");

async function serve(hub: HubDouble, request: IncomingMessage, response: ServerResponse): Promise<unknown> {
  const path = (request.url ?? "").replace("/api/hub/v1", "");
  if (path === "/jwks") return { ...hub.published, formerKeys: [] };
  const proof = request.headers.dpop;
  const expected = { htm: request.method ?? "", htu: `${hub.url}${request.url}` };
  const { jkt, key } = await verifyProof(typeof proof === "string" ? proof : undefined, expected, new Date());
  const cluster = hub.clusters.get(jkt);
  if (!cluster) throw new KrdcError("unauthenticated", "unauthenticated");
  if (hub.cutOff.has(cluster)) return cutOff;
  if (await serveStream(hub.mailbox, cluster, request, response)) return streamed;
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const json = JSON.parse(Buffer.concat(parts).toString() || "null");
  hub.asked.push({ path, json, cluster });
  await hub.gate(path);
  const hangUp = new AbortController();
  response.once("close", () => hangUp.abort());
  const answered = await answer(hub, path, json, { name: cluster, jkt, key, isHungUp: hangUp.signal });
  return hub.cutOff.has(cluster) ? cutOff : answered;
}

async function announceKey(hub: HubDouble, inMs: number) {
  const next = await aHubKey();
  const now = Date.now();
  const succession = await signDocument(hub.key, hubSuccessionType, {
    schema: "krdc.hub-succession/v1",
    hub: hub.url,
    replaces: String(hub.publicKey.kid),
    key: next.publicKey,
    announcedAt: new Date(now).toISOString(),
    effectiveAt: new Date(now + inMs).toISOString(),
  });
  hub.published.keys.push(next.publicKey);
  hub.published.successions.push(succession);
  setTimeout(() => Object.assign(hub, next), inMs);
  return { key: next.key, succession };
}

export async function aHubDouble(): Promise<HubDouble> {
  const server = createServer(async (request, response) => {
    if (hub.isAway) return request.socket.destroy();
    try {
      const json = await serve(hub, request, response);
      if (json === streamed) return;
      if (hub.isAway || json === cutOff) return request.socket.destroy();
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(json));
    } catch (error) {
      const problem = problemOf(error, "");
      response.writeHead(problem.status, { "content-type": "application/problem+json" }).end(JSON.stringify(problem));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { key, publicKey } = await aHubKey();
  const hub: HubDouble = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key,
    publicKey,
    published: { keys: [publicKey], successions: [] },
    announceKey: (inMs) => announceKey(hub, inMs),
    portalKey: await makeSigningKey(),
    clusters: new Map(),
    asked: [],
    isAway: false,
    cutOff: new Set(),
    narrowed: {},
    answers: new Map(),
    gate: () => undefined,
    mailbox: aMailboxDouble(),
    grant: async (over) => {
      const now = seconds(new Date());
      const times = { iat: now, nbf: now, exp: now + grantLifetimeSeconds };
      const rest = {
        iss: hub.url,
        aud: "host",
        sub: researcherPseudonym,
        jti: randomUUID(),
        cnf: { jkt: "" },
        home: "home",
      };
      return signGrant(hub.key, { ...rest, ...times, ...over });
    },
    portalToken: (cluster, user) => portalTokenOf(hub, cluster, user),
    sign: (document) => signDocument(hub.key, hubSignatureType, document),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return hub;
}
