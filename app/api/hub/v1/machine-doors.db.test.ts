import { randomUUID } from "node:crypto";
import { exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import { findAgreement } from "#server/hub/agreements/find-agreement";
import { requestAgreement } from "#server/hub/agreements/request-agreement";
import { aGateway, type GatewayDouble, signedBy } from "#server/hub/gateways/gateway.build";
import { anAuthorizedStep, aReceipt } from "#server/hub/grants/grants.build";
import { issueGrant } from "#server/hub/grants/issue-grant";
import { aCluster, aContext, aHub, aMember, anApp, type TestCluster } from "#server/hub/hub.build";
import { publishListing } from "#server/hub/market/publish-listing";
import { sha256Hex } from "#server/protocol/canonical";
import { makeSigningKey, type PrivateKey } from "#server/protocol/keys";
import { makeProof } from "#server/protocol/proof";
import { readSignedDocument } from "#server/protocol/signed-document";
import { statusListType } from "#server/protocol/status-list";
import { POST as decide } from "./agreements/[id]/decision/route";
import { POST as askCache } from "./cache-permissions/route";
import { POST as askConsent } from "./consents/route";
import { POST as handIn } from "./receipts/route";
import { POST as askStatus } from "./status/route";

const hubUrl = "http://127.0.0.1:3999";
const kept = globalThis as typeof globalThis & { krdcHubDb?: Db; krdcHubLoop?: unknown };
let database: { db: Db; drop: () => Promise<void> };
let hub: Awaited<ReturnType<typeof aHub>>;
let host: GatewayDouble;
let bio: TestCluster;
let materials: TestCluster;
const clock = { now: new Date() };
const open = anApp({ cluster: "bio", name: "trend" });
const guarded = anApp({ cluster: "bio", name: "guarded", access: { remote: "on-request", download: "closed" } });

beforeAll(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
  const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const signingKey = { ...(await exportJWK(privateKey)), kid: "hub" };
  hub = { ...(await aHub()), signingKey, url: hubUrl };
  const names = {
    HUB_DATABASE_URL: "postgres://hub@127.0.0.1/hub",
    KRDC_HUB_URL: hubUrl,
    OIDC_ISSUER: "http://identity.example",
    OIDC_CLIENT_ID: "krdc-portal",
    OIDC_CLIENT_SECRET: "secret-secret-secret",
    NEXTAUTH_SECRET: "secret-secret-secret",
    HUB_SIGNING_KEY: JSON.stringify(await exportJWK(privateKey)),
    PORTAL_KEY: JSON.stringify(await makeSigningKey()),
    SESSION_KEY: Buffer.alloc(32, 1).toString("base64url"),
    KRDC_HOME_ID: "0a0b0c0d",
  };
  for (const [name, value] of Object.entries(names)) vi.stubEnv(name, value);
  kept.krdcHubDb = database.db;
  kept.krdcHubLoop = true;
  host = await aGateway();
  const place = { ...database, hub, clock };
  bio = await aCluster(place, "bio", host.url);
  materials = await aCluster(place, "materials", "http://127.0.0.1:31");
  host.signWith(bio.key);
  host.onRequest.add("guarded");
  for (const app of [open, guarded]) await publishListing(await bio.context(), app);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  delete kept.krdcHubDb;
  delete kept.krdcHubLoop;
  await host.close();
  await database.drop();
});

type Door = typeof decide;

/** A call with a proof by this key for exactly these bytes. */
async function call(door: Door, path: string, key: PrivateKey, json: unknown, params: Record<string, string> = {}) {
  const body = JSON.stringify(json);
  const url = `${hubUrl}/api/hub/v1${path}`;
  const dpop = await makeProof(key, { htm: "POST", htu: url, bodySha256: sha256Hex(body) }, new Date());
  const request = new Request(url, { method: "POST", body, headers: { dpop, "content-type": "application/json" } });
  const answer = await door(request, { params: Promise.resolve(params) });
  return { status: answer.status, json: await answer.json() };
}
const asMember = async () => aContext(database.db, hub, clock, await aMember(database.db, randomUUID()));

test("only the host's own key opens the door of an owner's decision", async () => {
  const { id } = await requestAgreement(await asMember(), { app: "bio/guarded", days: 30, purpose: "x" });
  const asked = await findAgreement(database.db, id);
  if (!asked) throw new TypeError("it was asked for just now");
  const { document, hostSignature } = await signedBy(bio.key, asked.document);
  const said = { decision: "approved", document, hostSignature };
  const path = `/agreements/${id}/decision`;
  const stranger = await makeSigningKey();
  expect(await call(decide, path, stranger, said, { id })).toMatchObject({
    status: 401,
    json: { code: "unauthenticated" },
  });
  expect(await call(decide, path, materials.key, said, { id })).toMatchObject({
    status: 404,
    json: { code: "agreement.not_found" },
  });
  const loose = await call(decide, path, bio.key, { ...said, more: 1 }, { id });
  expect(loose).toMatchObject({ status: 400, json: { code: "request.invalid" } });
  const taken = await call(decide, path, bio.key, said, { id });
  expect(taken).toMatchObject({ status: 200, json: { state: "ACTIVE", hubSignature: expect.any(String) } });
  expect(await call(decide, path, bio.key, said, { id })).toEqual(taken);
});

test("a member carries another's status, signed by the hub for its nonce", async () => {
  const nonce = randomUUID();
  const { status, json } = await call(askStatus, "/status", materials.key, { nonce, host: "bio" });
  expect(status).toBe(200);
  const { d: _secret, ...key } = hub.signingKey;
  expect(await readSignedDocument(key, statusListType, json.status)).toMatchObject({ nonce, host: "bio", hub: hubUrl });
});

test("only a run's own home hears how its consent stands, and what of it may be answered from the cache", async () => {
  const asked = await anAuthorizedStep(await asMember(), open, "materials");
  const question = { runId: asked.runId, authorizationId: asked.authorizationId };
  const heard = (key: PrivateKey) => call(askConsent, "/consents", key, question);
  expect(await heard(await makeSigningKey())).toMatchObject({ status: 401 });
  expect(await heard(bio.key)).toMatchObject({ status: 404, json: { code: "authorization.missing" } });
  expect(await heard(materials.key)).toMatchObject({
    status: 200,
    json: { state: "STANDING", agreements: { trend: asked.agreementId } },
  });
  const permitted = async (key: PrivateKey) => (await call(askCache, "/cache-permissions", key, asked)).json;
  expect(await permitted(materials.key)).toEqual({ isAllowed: true, reason: null });
  expect(await permitted(bio.key)).toEqual({ isAllowed: false, reason: "authorization.missing" });
});

test("a home hands in receipts that its hosts signed, and no others", async () => {
  const asked = await anAuthorizedStep(await asMember(), open, "materials");
  const { grantId } = await issueGrant(await materials.context(), asked);
  const told = { grantId, runKey: asked.runKey, attempt: 1 };
  const hand = async (receipt: string, key: PrivateKey) =>
    (await call(handIn, "/receipts", key, { receipts: [{ ...told, receipt }] })).json;
  expect(await hand(await aReceipt(materials.key, asked), materials.key)).toMatchObject({ accepted: 0 });
  expect(await hand(await aReceipt(bio.key, asked), bio.key)).toMatchObject({ accepted: 0 });
  expect(await hand(await aReceipt(bio.key, asked), materials.key)).toEqual({ accepted: 1, refused: [] });
});
