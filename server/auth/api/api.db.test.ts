import { randomUUID } from "node:crypto";
import { exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { z } from "zod";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import { aCluster, aHeartbeat, aHub, aMember, type TestCluster } from "#server/hub/hub.build";
import { operation } from "#server/hub/openapi/operation";
import { openSession } from "#server/hub/sessions/open-session";
import { createApiToken } from "#server/hub/tokens/create-api-token";
import { sha256Hex } from "#server/protocol/canonical";
import { heartbeat } from "#server/protocol/framework-api";
import { makeSigningKey } from "#server/protocol/keys";
import { signLocalProof } from "#server/protocol/local-proof";
import { makeProof } from "#server/protocol/proof";
import { cookieNames } from "../cookie-names";
import { route } from "./api-route";
import { clusterRoute } from "./cluster-route";
import { localRoute } from "./local-route";

const hubUrl = "http://127.0.0.1:3999";
const secret = "s".repeat(64);
let database: { db: Db; drop: () => Promise<void> };
let token: string;
let cookie: string;
let cluster: TestCluster;
let worked = 0;

const kept = globalThis as typeof globalThis & { krdcHubDb?: Db; krdcHubLoop?: unknown };
const context = (params: Record<string, string> = {}) => ({ params: Promise.resolve(params) });
const call = (path: string, init: RequestInit & { duplex?: "half" } = {}) => new Request(`${hubUrl}${path}`, init);

beforeAll(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
  const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
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
    KRDC_LOCAL_SECRET: secret,
  };
  for (const [name, value] of Object.entries(names)) vi.stubEnv(name, value);
  kept.krdcHubDb = database.db;
  kept.krdcHubLoop = true;
  const user = await aMember(database.db, "researcher");
  ({ token } = await createApiToken(database.db, { memberId: user.id, actor: user.account, name: "t" }, new Date()));
  const session = randomUUID() + randomUUID();
  await openSession(
    database.db,
    { token: session, memberId: user.id, sealedTokens: null, userAgent: null },
    new Date(),
  );
  cookie = `other=1; ${cookieNames().session}=${session}`;
  cluster = await aCluster(
    { ...database, hub: await aHub(), clock: { now: new Date() } },
    "bio",
    "http://127.0.0.1:41",
  );
});
afterAll(async () => {
  vi.unstubAllEnvs();
  delete kept.krdcHubDb;
  delete kept.krdcHubLoop;
  await database.drop();
});

const echo = operation({
  method: "POST",
  path: "/api/v1/echo/{id}",
  room: "test",
  summary: "",
  params: z.strictObject({ id: z.uuid() }),
  body: z.strictObject({ name: z.string() }),
  answer: z.unknown(),
  maxBytes: 200,
});
const POST = route(echo, async (ctx, { body }) => {
  worked += 1;
  return { account: ctx.user.account, name: body.name };
});
const bearer = () => ({ authorization: `Bearer ${token}` });
const ask = (init: RequestInit, id: string = randomUUID()) =>
  POST(call(`/api/v1/echo/${id}`, { method: "POST", ...init }), context({ id }));

describe("who calls is settled before path and body are read", () => {
  test("an anonymous call is 401 although path and body are nonsense, and its body stays unread", async () => {
    const body = new ReadableStream(
      { pull: () => Promise.reject(new Error("the body was read")) },
      { highWaterMark: 0 },
    );
    const request = call("/api/v1/echo/x", { method: "POST", body, duplex: "half" });
    const answer = await POST(request, {
      get params(): never {
        throw new Error("the path was read");
      },
    });
    expect(answer.status).toBe(401);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(await answer.json()).toMatchObject({ status: 401, code: "auth.sign_in_first" });
    expect(request.bodyUsed).toBe(false);
  });

  test.each([
    { given: "a made-up token", headers: { authorization: `Bearer krdc_${"a".repeat(43)}` } },
    { given: "another scheme", headers: { authorization: "Basic abc" } },
    { given: "a made-up cookie", headers: { cookie: `krdc-session-0a0b0c0d=${"a".repeat(43)}` } },
  ])("$given is 401", async ({ headers }) => {
    expect((await ask({ headers, body: "{}" })).status).toBe(401);
  });
});

describe("a browser's session writes from our own pages only", () => {
  test.each([
    { given: { origin: hubUrl, "sec-fetch-site": "same-origin" }, want: 200 },
    { given: { origin: "http://127.0.0.1:4000", "sec-fetch-site": "same-site" }, want: 403 },
    { given: {}, want: 403 },
  ])("$given -> $want", async ({ given, want }) => {
    const headers = { ...(given as Record<string, string>), cookie };
    expect((await ask({ headers, body: '{"name":"x"}' })).status).toBe(want);
  });
});

describe("a call is refused with a stable code", () => {
  test.each([
    { given: "not JSON", body: "{", status: 400, code: "request.not_json" },
    { given: "a name twice", body: '{"name":"a","name":"b"}', status: 400, code: "request.not_json" },
    { given: "an unknown field", body: '{"name":"a","more":1}', status: 400, code: "request.invalid" },
    { given: "nothing", body: "", status: 400, code: "request.invalid" },
    { given: "too much", body: JSON.stringify({ name: "a".repeat(300) }), status: 413, code: "request.too_large" },
    { given: "bytes that are no text", body: new Uint8Array([123, 255, 125]), status: 400, code: "request.not_utf8" },
  ])("$given -> $code", async ({ body, status, code }) => {
    const before = worked;
    const answer = await ask({ headers: bearer(), body });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ code });
    expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(worked).toBe(before);
  });

  test("an unknown failure says nothing but its request", async () => {
    const broken = route({ ...echo }, () => Promise.reject(new Error("database password wrong")));
    const id = randomUUID();
    const request = call(`/api/v1/echo/${id}`, { method: "POST", headers: bearer(), body: '{"name":"x"}' });
    const answer = await broken(request, context({ id }));
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain("password");
  });
});

test("an API token calls from anywhere", async () => {
  const answer = await ask({ headers: { ...bearer(), origin: "https://elsewhere.example" }, body: '{"name":"평균"}' });
  expect(await answer.json()).toEqual({ account: "researcher", name: "평균" });
});

describe("the machine's own commands prove the home's secret", () => {
  const local = localRoute(
    { ...echo, params: z.strictObject({}), path: "/api/v1/local/x", access: "local" },
    async () => ({}),
  );
  const path = "/api/v1/local/x";
  const sign = (body: string, with_ = secret) => signLocalProof(with_, { method: "POST", path, body }, new Date());
  const send = (authorization: string | undefined, body: string) =>
    local(call(path, { method: "POST", body, headers: authorization ? { authorization } : {} }), context());

  test("a proof is good once, for its own body", async () => {
    const body = '{"name":"x"}';
    const proof = sign(body);
    expect((await send(proof, body)).status).toBe(200);
    expect(await (await send(proof, body)).json()).toMatchObject({ status: 401, code: "local.replayed" });
    expect((await send(sign(body), '{"name":"y"}')).status).toBe(401);
    expect((await send(sign(body, "t".repeat(64)), body)).status).toBe(401);
    expect((await send(undefined, body)).status).toBe(401);
    expect((await send(`Bearer ${token}`, body)).status).toBe(401);
  });
});

describe("a member cluster proves its key for these exact bytes, once", () => {
  const path = "/api/hub/v1/heartbeats";
  const machine = operation({
    method: "POST",
    path,
    room: "test",
    summary: "",
    access: "cluster",
    body: heartbeat,
    answer: z.unknown(),
  });
  const beat = clusterRoute(machine, ["ACTIVE"], async (ctx) => ({ name: ctx.user.name }));
  const body = JSON.stringify(aHeartbeat("http://127.0.0.1:41"));
  const proof = (over: { htu?: string; bodySha256?: string } = {}, key = cluster.key) =>
    makeProof(key, { htm: "POST", htu: `${hubUrl}${path}`, bodySha256: sha256Hex(body), ...over }, new Date());
  const send = (dpop: string, text = body) =>
    beat(call(path, { method: "POST", body: text, headers: { dpop } }), context());

  test("its own proof is taken once, also by another process", async () => {
    const made = await proof();
    const first = await send(made);
    expect(await first.json()).toEqual({ name: "bio" });
    const statuses = await Promise.all([send(made), send(made), send(made)]);
    expect(statuses.map(({ status }) => status)).toEqual([401, 401, 401]);
  });

  test("other bytes, another address, an unknown key and no proof are all the same 401", async () => {
    const answers = [
      await send(await proof(), `${body} `),
      await send(await proof({ htu: "http://evil.example/api/hub/v1/heartbeats" })),
      await send(await proof({}, await makeSigningKey())),
      await beat(call(path, { method: "POST", body }), context()),
    ];
    for (const answer of answers) expect(await answer.json()).toMatchObject({ status: 401, code: "unauthenticated" });
  });
});
