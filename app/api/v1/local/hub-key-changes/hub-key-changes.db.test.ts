import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, expect, inject, test, vi } from "vitest";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import { hubKeySet, hubSuccession, hubSuccessionType } from "#server/protocol/key-change";
import { makeSigningKey } from "#server/protocol/keys";
import { signLocalProof } from "#server/protocol/local-proof";
import { readSignedDocument } from "#server/protocol/signed-document";
import { GET } from "../../../hub/v1/jwks/route";
import { POST } from "./route";

const hubUrl = "http://127.0.0.1:3999";
const secret = "s".repeat(64);
const path = "/api/v1/local/hub-key-changes";
let database: { db: Db; drop: () => Promise<void> };
let folder: string;

const kept = globalThis as typeof globalThis & { krdcHubDb?: Db; krdcHubLoop?: unknown };
const context = { params: Promise.resolve({}) };

beforeAll(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
  folder = await mkdtemp(join(tmpdir(), "krdc-hub-keys-"));
  const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  const names = {
    HUB_DATABASE_URL: "postgres://hub@127.0.0.1/hub",
    KRDC_HUB_URL: hubUrl,
    OIDC_ISSUER: "http://identity.example",
    OIDC_CLIENT_ID: "krdc-portal",
    OIDC_CLIENT_SECRET: "secret-secret-secret",
    NEXTAUTH_SECRET: "secret-secret-secret",
    HUB_SIGNING_KEY: JSON.stringify(await exportJWK(privateKey)),
    HUB_KEYS_FOLDER: folder,
    PORTAL_KEY: JSON.stringify(await makeSigningKey()),
    SESSION_KEY: Buffer.alloc(32, 1).toString("base64url"),
    KRDC_HOME_ID: "0a0b0c0d",
    KRDC_LOCAL_SECRET: secret,
  };
  for (const [name, value] of Object.entries(names)) vi.stubEnv(name, value);
  kept.krdcHubDb = database.db;
  kept.krdcHubLoop = true;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  delete kept.krdcHubDb;
  delete kept.krdcHubLoop;
  await rm(folder, { recursive: true, force: true });
  await database.drop();
});

const jwks = async () => {
  const answer = await GET(new Request(`${hubUrl}/api/hub/v1/jwks`), context);
  return hubKeySet.parse(await answer.json());
};
function rotate(by: string): Promise<Response> {
  const body = "{}";
  const authorization = signLocalProof(by, { method: "POST", path, body }, new Date());
  const headers = { authorization, "content-type": "application/json" };
  return POST(new Request(`${hubUrl}${path}`, { method: "POST", body, headers }), context);
}

test("whoever holds the home's secret changes the hub's key, which a running portal publishes at once", async () => {
  const before = await jwks();
  expect(before).toMatchObject({ formerKeys: [], successions: [] });
  expect((await rotate("t".repeat(64))).status).toBe(401);
  expect((await jwks()).keys).toEqual(before.keys);
  const answer = await rotate(secret);
  expect(answer.status).toBe(201);
  const { kid } = (await answer.json()) as { kid: string };
  const after = await jwks();
  expect(after.keys.map((key) => key.kid)).toEqual([before.keys[0]?.kid, kid]);
  const [first] = before.keys;
  const said = await readSignedDocument({ ...first }, hubSuccessionType, after.successions[0] ?? "");
  expect(hubSuccession.parse(said).key.kid).toBe(kid);
});
