import { createHash, randomUUID } from "node:crypto";
import { exportJWK, generateKeyPair } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from "vitest";
import type { Db } from "#server/db/connect";
import { aHubDatabase } from "#server/db/hub-database.build";
import { resumeCluster } from "#server/hub/clusters/resume-cluster";
import { suspendCluster } from "#server/hub/clusters/suspend-cluster";
import type { HubContext } from "#server/hub/context";
import { callGateway, readGateway, writeGateway } from "#server/hub/gateways/framework-client";
import { aCluster, aContext, aHub, aMember, type TestCluster } from "#server/hub/hub.build";
import { localUser } from "#server/hub/members/member";
import { sha256Hex } from "#server/protocol/canonical";
import { makeSigningKey, type PrivateKey, publicPart, thumbprintOf } from "#server/protocol/keys";
import { makeProof, verifyProof } from "#server/protocol/proof";
import { mailboxOf } from "#server/protocol/reach";
import { WaitingCalls } from "#server/protocol/waiting-calls";
import { aPollingFramework, aPortal, askForNext, callHub, headerOf, type Work } from "./polling-framework.build";

const hubUrl = "http://127.0.0.1:3999";
const kept = globalThis as typeof globalThis & {
  krdcHubDb?: Db;
  krdcHubLoop?: unknown;
  krdcWaitingCalls?: WaitingCalls;
};
let database: { db: Db; drop: () => Promise<void> };
let hub: Awaited<ReturnType<typeof aHub>>;
let portal: Awaited<ReturnType<typeof aPortal>>;
let bio: TestCluster;
let materials: TestCluster;
let ctx: HubContext;
const running: { stop: () => Promise<void> }[] = [];
const clock = { now: new Date() };

beforeAll(async () => {
  database = await aHubDatabase(inject("pgAdminUrl"));
  const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  hub = { ...(await aHub()), url: hubUrl };
  const names = {
    HUB_DATABASE_URL: "postgres://hub@127.0.0.1/hub",
    KRDC_HUB_URL: hubUrl,
    OIDC_ISSUER: "http://identity.example",
    OIDC_CLIENT_ID: "krdc-portal",
    OIDC_CLIENT_SECRET: "secret-secret-secret",
    NEXTAUTH_SECRET: "secret-secret-secret",
    HUB_SIGNING_KEY: JSON.stringify(await exportJWK(privateKey)),
    PORTAL_KEY: JSON.stringify(hub.portalKey),
    SESSION_KEY: Buffer.alloc(32, 1).toString("base64url"),
    KRDC_HOME_ID: "0a0b0c0d",
  };
  for (const [name, value] of Object.entries(names)) vi.stubEnv(name, value);
  kept.krdcHubDb = database.db;
  kept.krdcHubLoop = true;
  const place = { ...database, hub, clock };
  bio = await aCluster(place, "bio", mailboxOf("bio"));
  materials = await aCluster(place, "materials", mailboxOf("materials"));
  ctx = { ...aContext(database.db, hub, clock, await aMember(database.db, "researcher")), now: () => new Date() };
  portal = await aPortal(hubUrl);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
  delete kept.krdcWaitingCalls;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  delete kept.krdcHubDb;
  delete kept.krdcHubLoop;
  await portal.close();
  await database.drop();
});

const lineOf = (key: PrivateKey) => ({ portal: portal.url, hubUrl, key });
const start = (work: Work, cluster = bio) => {
  const framework = aPollingFramework(lineOf(cluster.key), work);
  running.push(framework);
  return framework;
};
const toBio = () => ({ cluster: "bio", user: ctx.user });
const textOf = (body: ReadableStream<Uint8Array> | null) => new Response(body).text();
const get = (path: `/v1/${string}` = "/v1/apps", timeoutMs = 20_000) =>
  callGateway(ctx, toBio(), { method: "GET", path, timeoutMs });

const mib = 1024 * 1024;
const total = 100 * mib;
/** What the buffers of sockets and streams may hold between two ends. */
const mostAhead = 8 * mib;

/** So many bytes, made only when asked for, and how many were. */
function aLargeSource(sizeBytes = total) {
  const seen = { given: 0, cancelled: false };
  const chunk = new Uint8Array(64 * 1024).fill(7);
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (seen.given >= sizeBytes) return controller.close();
        seen.given += chunk.byteLength;
        controller.enqueue(chunk);
      },
      cancel() {
        seen.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, seen };
}
const digestOfLarge = () => createHash("sha256").update(Buffer.alloc(total, 7)).digest("hex");

async function digestOf(stream: ReadableStream<Uint8Array> | null): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of stream ?? []) hash.update(chunk);
  return hash.digest("hex");
}

describe("a framework that nobody dials answers the portal as one that is dialed", () => {
  test("it sees the same call, with a proof that its own door can check", async () => {
    start(async ({ call, body }) => {
      const text = await textOf(body);
      const accessToken = (call.headers.authorization ?? "").replace("DPoP ", "");
      const htu = `mailbox://bio${call.path.split("?")[0]}`;
      const { claims, jkt } = await verifyProof(call.headers.dpop, { htm: call.method, htu, accessToken }, new Date());
      const isWhole = claims.body_sha256 === sha256Hex(text) && jkt === (await thumbprintOf(publicPart(hub.portalKey)));
      return { status: 201, body: JSON.stringify({ isWhole, path: call.path, said: JSON.parse(text) }) };
    });
    const id = randomUUID();
    const call = { method: "PUT", path: `/v1/runs/${id}?a=1`, json: { number: 1 } } as const;
    const answer = await callGateway(ctx, toBio(), call);
    expect(answer).toEqual({ isWhole: true, path: `/v1/runs/${id}?a=1`, said: { number: 1 } });
  });

  test("its refusal is thrown as it stands, and no body is no body", async () => {
    start(async ({ call }) =>
      call.path === "/v1/nothing"
        ? { status: 204 }
        : { status: 409, body: JSON.stringify({ status: 409, code: "run.other_submission", detail: { a: 1 } }) },
    );
    await expect(get()).rejects.toMatchObject({ kind: "conflict", reason: "run.other_submission", detail: { a: 1 } });
    expect(await get("/v1/nothing")).toBeUndefined();
  });

  test("many at once get each their own answer", async () => {
    start(async ({ call }) => ({ status: 200, body: JSON.stringify({ path: call.path }) }));
    const paths = Array.from({ length: 40 }, (_, at) => `/v1/apps/${at}` as const);
    expect(await Promise.all(paths.map((path) => get(path)))).toEqual(paths.map((path) => ({ path })));
  });
});

describe("however large, nothing rests in the portal", () => {
  test("an upload goes on as fast as the framework reads it", async () => {
    const source = aLargeSource();
    let release = () => {};
    const mayRead = new Promise<void>((resolve) => {
      release = resolve;
    });
    start(async ({ call, body }) => {
      if (call.method !== "PUT") return { status: 200, body: "{}" };
      await mayRead;
      return { status: 200, body: JSON.stringify({ digest: await digestOf(body) }) };
    });
    const given = { method: "PUT", path: "/v1/uploads?name=x", body: source.stream, timeoutMs: 60_000 } as const;
    const written = writeGateway(ctx, toBio(), given);
    for (let other = 0; other < 30; other += 1) await get();
    expect(source.seen.given).toBeLessThan(mostAhead);
    release();
    expect(await written).toEqual({ digest: digestOfLarge() });
    expect(source.seen.given).toBe(total);
  }, 60_000);

  test("a download goes on as fast as the person reads it", async () => {
    const source = aLargeSource();
    const framework = start(async ({ call }) =>
      call.path.startsWith("/v1/runs") ? { status: 200, body: source.stream } : { status: 200, body: "{}" },
    );
    const answer = await readGateway(ctx, toBio(), { method: "GET", path: "/v1/runs/x/files/y", timeoutMs: 60_000 });
    for (let other = 0; other < 30; other += 1) await get();
    expect(source.seen.given).toBeLessThan(mostAhead);
    expect(await digestOf(answer.body)).toBe(digestOfLarge());
    await vi.waitUntil(() => framework.statuses.filter((status) => status === 200).length === 31);
  }, 60_000);
});

describe("whoever leaves is not waited for", () => {
  test("a person who stops reading stops the framework", async () => {
    const source = aLargeSource();
    const framework = start(async () => ({ status: 200, body: source.stream }));
    const leaving = new AbortController();
    const call = { method: "GET", path: "/v1/runs/x/files/y", signal: leaving.signal } as const;
    const answer = await readGateway(ctx, toBio(), call);
    const reader = answer.body?.getReader();
    await reader?.read();
    leaving.abort();
    await expect(reader?.read()).rejects.toThrow();
    await vi.waitUntil(() => framework.statuses.length === 1);
    expect([0, 404]).toContain(framework.statuses[0]);
    expect(source.seen.given).toBeLessThan(mostAhead);
  });

  test("a person who stops sending stops the framework's reading", async () => {
    const source = aLargeSource();
    const leaving = new AbortController();
    let broke = false;
    start(async ({ body }) => {
      const reader = body?.getReader();
      await reader?.read();
      reader?.releaseLock();
      leaving.abort();
      await digestOf(body).catch(() => {
        broke = true;
      });
      return { status: 200, body: "{}" };
    });
    const given = { method: "PUT", path: "/v1/uploads", body: source.stream, signal: leaving.signal } as const;
    await expect(writeGateway(ctx, toBio(), given)).rejects.toMatchObject({ reason: "peer.unreachable" });
    await vi.waitUntil(() => broke && source.seen.cancelled);
  });

  test("a framework that dies in the middle of its answer breaks it for the reader", async () => {
    const framework = start(async () => ({ status: 200, body: aLargeSource().stream }));
    const answer = await readGateway(ctx, toBio(), { method: "GET", path: "/v1/runs/x/files/y" });
    const reader = answer.body?.getReader();
    await reader?.read();
    await framework.stop();
    const readAll = async () => {
      while (!(await reader?.read())?.done);
    };
    await expect(readAll()).rejects.toThrow();
  });

  test("a framework that dies in the middle of an upload is away", async () => {
    kept.krdcWaitingCalls = new WaitingCalls({ takenMs: 200 });
    const source = aLargeSource();
    const framework = start(async ({ body }) => {
      await body?.getReader().read();
      void framework.stop();
      return new Promise(() => undefined);
    });
    const given = { method: "PUT", path: "/v1/uploads", body: source.stream, timeoutMs: 60_000 } as const;
    await expect(writeGateway(ctx, toBio(), given)).rejects.toMatchObject({ reason: "peer.unreachable" });
    await vi.waitUntil(() => source.seen.cancelled);
  });
});

test("a framework that does not come in time is away like one that cannot be dialed, and its call is forgotten", async () => {
  await aCluster({ ...database, hub, clock }, "climate", "http://127.0.0.1:9");
  const dialed = callGateway(ctx, { ...toBio(), cluster: "climate" }, { method: "GET", path: "/v1/apps" });
  const away = { kind: "unavailable", reason: "peer.unreachable" };
  await expect(dialed).rejects.toMatchObject({ ...away, detail: { address: "http://127.0.0.1:9" } });
  await expect(get("/v1/apps", 30)).rejects.toMatchObject({ ...away, detail: { address: "mailbox://bio" } });
  kept.krdcWaitingCalls = new WaitingCalls({ takenMs: 20 });
  await expect(get("/v1/apps", 60_000)).rejects.toMatchObject(away);
  expect(kept.krdcWaitingCalls.take("bio")).toEqual([]);
});

describe("a call opens to the framework that it is meant for, and to nobody else", () => {
  /** A call that bio has taken and not answered. */
  async function aTakenCall() {
    const json = { secret: 1 };
    const asked = callGateway(ctx, toBio(), { method: "POST", path: "/v1/agreements", json });
    asked.catch(() => undefined);
    const { calls } = await askForNext(lineOf(bio.key));
    return { asked, id: calls[0]?.id ?? "" };
  }
  const bodyPath = (id: string) => ({ method: "GET", path: `/${id}/body` });
  const answerPath = (id: string, proof?: string) => ({
    method: "PUT",
    path: `/${id}/answer`,
    headers: headerOf(200),
    ...(proof === undefined ? {} : { proof }),
  });

  test("another member finds neither body nor place for an answer", async () => {
    const { asked, id } = await aTakenCall();
    const stranger = lineOf(materials.key);
    const answers = [await callHub(stranger, bodyPath(id)), await callHub(stranger, answerPath(id), "{}")];
    const unknown = await callHub(lineOf(bio.key), bodyPath(randomUUID()));
    for (const answer of [...answers, unknown]) {
      expect(await answer.json()).toMatchObject({ status: 404, code: "reverse_call.not_found" });
    }
    expect(await (await callHub(lineOf(bio.key), bodyPath(id))).json()).toEqual({ secret: 1 });
    expect((await callHub(lineOf(bio.key), answerPath(id), '{"ok":true}')).status).toBe(200);
    expect(await asked).toEqual({ ok: true });
    expect((await callHub(lineOf(bio.key), answerPath(id), "{}")).status).toBe(404);
  });

  test("another key, a proof that was used, one for other bytes and one for another call open nothing", async () => {
    const { asked, id } = await aTakenCall();
    const unknown = lineOf(await makeSigningKey());
    const htu = `${hubUrl}/api/hub/v1/reverse-calls/${id}/answer`;
    const proofFor = (over: { htu?: string; bodySha256?: string }) =>
      makeProof(bio.key, { htm: "PUT", htu, ...over }, new Date());
    const used = await proofFor({});
    const answers = [
      await callHub(unknown, { method: "POST", path: "/next" }, JSON.stringify({ taken: [] })),
      await callHub(unknown, bodyPath(id)),
      await callHub(unknown, answerPath(id), "{}"),
      await callHub(lineOf(bio.key), answerPath(id, await proofFor({ bodySha256: sha256Hex("other") })), "{}"),
      await callHub(lineOf(bio.key), answerPath(id, await proofFor({ htu: `${htu}s` })), "{}"),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
    expect((await callHub(lineOf(bio.key), answerPath(id, used), '{"ok":1}')).status).toBe(200);
    expect((await callHub(lineOf(bio.key), answerPath(id, used), "{}")).status).toBe(401);
    expect(await asked).toEqual({ ok: 1 });
  });

  test("an answer without a readable head is refused, and may be brought again", async () => {
    const { asked, id } = await aTakenCall();
    const { headers: _none, ...headless } = answerPath(id);
    const answer = await callHub(lineOf(bio.key), headless, "{}");
    expect(await answer.json()).toMatchObject({ status: 400, code: "reverse_call.bad_answer" });
    await callHub(lineOf(bio.key), answerPath(id), "{}");
    await asked;
  });
});

/** A room that tells when a poll begins to wait in it. */
function aWatchedRoom() {
  let tell = () => {};
  const polled = new Promise<void>((resolve) => {
    tell = resolve;
  });
  class Watched extends WaitingCalls {
    override nextFor(...given: Parameters<WaitingCalls["nextFor"]>) {
      tell();
      return super.nextFor(...given);
    }
  }
  return { room: new Watched({ takenMs: 60_000 }), polled };
}

test("a suspended framework gets nothing, also by a poll from before, and is not even waited for", async () => {
  const operator = aContext(database.db, hub, clock, localUser(["hub-operator"]));
  const { room, polled } = aWatchedRoom();
  kept.krdcWaitingCalls = room;
  const open = askForNext(lineOf(bio.key));
  await polled;
  await suspendCluster(operator, { name: "bio" });
  const refused = await callHub(lineOf(bio.key), { method: "POST", path: "/next" }, JSON.stringify({ taken: [] }));
  expect(await refused.json()).toMatchObject({ status: 403, code: "cluster.suspended" });
  await expect(get()).rejects.toMatchObject({ reason: "cluster.suspended" });
  const narrowing = { ...toBio(), isNarrowing: true };
  const revoke = { method: "POST", path: "/v1/agreements/x/revoke", json: {} } as const;
  await expect(callGateway(ctx, narrowing, revoke)).rejects.toMatchObject({ reason: "peer.unreachable" });
  // A call from before the suspension must not reach the poll that is still open.
  const before = room.ask("bio", { method: "GET", path: "/v1/x", headers: {}, signal: AbortSignal.timeout(100) });
  await expect(before).rejects.toThrow();
  await resumeCluster(operator, { name: "bio" });
  const now = get("/v1/now");
  const { calls } = await open;
  expect(calls.map(({ path }) => path)).toEqual(["/v1/now"]);
  await callHub(lineOf(bio.key), { method: "PUT", path: `/${calls[0]?.id}/answer`, headers: headerOf(200) }, "{}");
  await now;
});
