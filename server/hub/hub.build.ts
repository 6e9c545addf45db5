import { createHash, randomUUID } from "node:crypto";
import { exportJWK, generateKeyPair } from "jose";
import type { Db } from "#server/db/connect";
import type { AppVersion } from "#server/graph/app";
import { log } from "#server/log";
import type { Heartbeat } from "#server/protocol/framework-api";
import { hubSuccession } from "#server/protocol/key-change";
import { hubNoticeMs, keyTimingOf } from "#server/protocol/key-rules";
import { fingerprintOf, makeSigningKey, type PrivateKey, publicPart, thumbprintOf } from "#server/protocol/keys";
import { approveCluster } from "./clusters/approve-cluster";
import { enrolCluster } from "./clusters/enrol-cluster";
import { findCallingCluster } from "./clusters/find-calling-cluster";
import { inviteCluster } from "./clusters/invite-cluster";
import { recordHeartbeat } from "./clusters/record-heartbeat";
import type { ClusterContext, Hub, HubContext } from "./context";
import { findUser } from "./members/find-user";
import { localUser, memberClaims, type User } from "./members/member";
import { signInMember } from "./members/sign-in-member";

export const issuer = "http://identity.example";

/** A hub with keys of its own; `allowedOrigins` grows as doubles of gateways open. */
export async function aHub(): Promise<Hub & { allowedOrigins: string[] }> {
  const pair = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const jwk = await exportJWK(pair.privateKey);
  const kid = createHash("sha256")
    .update(JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x }))
    .digest("base64url");
  const portalKey = await makeSigningKey();
  const first = hubSuccession.shape.key.parse({ kty: jwk.kty, crv: jwk.crv, x: jwk.x, kid });
  return {
    url: "http://hub.example",
    signingKey: { ...jwk, kid },
    chain: [{ key: first, from: null }],
    successions: [],
    keysFolder: undefined,
    keyTiming: keyTimingOf(1),
    keyNoticeMs: hubNoticeMs(1),
    portalKey,
    allowedOrigins: [],
    allowedNetworks: [],
  };
}

/** What everybody may know of the hub's signing key. */
export const publicKeyOf = ({ signingKey: { d: _secret, ...key } }: Hub) => key;

/** One clock for a whole test, moved by hand. */
export type Clock = { now: Date };

export const aContext = (db: Db, hub: Hub, clock: Clock, user: User): HubContext => ({
  db,
  hub,
  now: () => clock.now,
  user,
  log,
});

/** A member as a sign-in makes one. */
export async function aMember(db: Db, account: string, roles: string[] = ["researcher"]): Promise<User> {
  const claims = memberClaims.parse({ sub: account, preferred_username: account, krdc_roles: roles });
  const member = await signInMember(db, issuer, claims);
  const user = await findUser(db, member.id);
  if (!user) throw new TypeError("the member signed in just now");
  return user;
}

export type TestCluster = { name: string; key: PrivateKey; context: () => Promise<ClusterContext> };

export const aHeartbeat = (gateway: string, over: Partial<Heartbeat> = {}): Heartbeat => ({
  gateway,
  version: "0.1.0",
  runtime: "process",
  clusterUid: "uid-1",
  epoch: 1,
  seq: 1,
  time: new Date().toISOString(),
  slots: 4,
  slotsUsed: 0,
  queued: 0,
  hosted: 0,
  ...over,
});

type Place = { db: Db; hub: Hub & { allowedOrigins: string[] }; clock: Clock };

/** A cluster that joined by invitation, enrolment and both approvals, and was heard. */
export async function aCluster({ db, hub, clock }: Place, name: string, gateway: string): Promise<TestCluster> {
  const operator = aContext(db, hub, clock, localUser(["hub-operator", `operator:${name}`]));
  const { joinToken } = await inviteCluster(operator, { name, title: { ko: name, en: name } });
  hub.allowedOrigins.push(new URL(gateway).origin);
  const key = await makeSigningKey();
  const jkt = await thumbprintOf(publicPart(key));
  const title = { ko: name, en: name };
  const request = {
    joinToken,
    name,
    title,
    gateway,
    key: publicPart(key),
    version: "0.1.0",
    runtime: "process" as const,
  };
  await enrolCluster({ ...operator, user: undefined }, request, { key: publicPart(key), jkt });
  const fingerprint = fingerprintOf(key).slice(-2).join(" ");
  await approveCluster(operator, { name, fingerprint, as: "operator" });
  await approveCluster(operator, { name, as: "hub" });
  const context = async (): Promise<ClusterContext> => {
    const user = await findCallingCluster(operator, jkt);
    if (!user) throw new TypeError("the cluster enrolled above");
    return { ...operator, user };
  };
  await recordHeartbeat(await context(), aHeartbeat(gateway, { time: clock.now.toISOString() }));
  return { name, key, context };
}

/** An app with a file in, a file out and a number. */
export function anApp(over: Partial<AppVersion> & Pick<AppVersion, "cluster" | "name">): AppVersion {
  const title = { ko: over.name, en: over.name };
  const port = { list: false, title, help: { ko: "", en: "" } };
  return {
    version: "1.0.0",
    digest: `sha256:${createHash("sha256")
      .update(`${over.cluster}/${over.name}@${over.version ?? "1.0.0"}`)
      .digest("hex")}`,
    title,
    summary: { ko: "", en: "" },
    readme: "",
    licence: "MIT",
    field: "",
    parameters: [
      {
        ...port,
        name: "input",
        kind: "file",
        port: "in",
        required: true,
        argument: { style: "option", option: "--input" },
      },
      {
        ...port,
        name: "out",
        kind: "file",
        port: "out",
        required: true,
        argument: { style: "option", option: "--out" },
      },
      {
        ...port,
        name: "window",
        kind: "integer",
        port: "in",
        required: false,
        default: 3,
        argument: { style: "option", option: "--window" },
      },
    ],
    resources: { cpu: "500m", memory: "256Mi", gpu: 0, durationSeconds: 60 },
    access: { remote: "open", download: "closed" },
    sourceCommit: null,
    publishedAt: null,
    ...over,
  };
}

export const aFile = () => ({ kind: "file" as const, name: `${randomUUID()}.csv`, sha256: "a".repeat(64), size: 1 });
