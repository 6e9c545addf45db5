import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { sha256Hex } from "#server/protocol/canonical";
import { addressStatementType, portalTokenType } from "#server/protocol/framework-api";
import { importSigningKey, makeSigningKey, type PrivateKey, publicPart, thumbprintOf } from "#server/protocol/keys";
import { makeProof } from "#server/protocol/proof";
import { signDocument } from "#server/protocol/signed-document";
import { aFramework, askAsOperator, type TestFramework } from "../framework.build";
import { aHubDouble, aHubKey, type HubDouble, seconds } from "../hub-double.build";
import { ask, pack, register, researcher, upload } from "../portal.build";
import { until } from "../until.build";
import { peerRate } from "./checks/peer-rate";
import { proofByPinnedPeer } from "./checks/proof-by-pinned-peer";
import { callRaw } from "./hosted-call.build";
import { doors } from "./routes";

let hub: HubDouble;
let framework: TestFramework;
const otherHub = aHubKey();
const otherKey = makeSigningKey();

beforeAll(async () => {
  hub = await aHubDouble();
  framework = await aFramework("host", hub, inject("pgAdminUrl"));
});
afterAll(async () => {
  await framework.drop();
  await hub.close();
});

const open = ["GET /v1/identity", "GET /v1/health"];
const pathOf = (pattern: string) =>
  pattern
    .replace(/:(runKey|sha256)\([^)]*\)/, "a".repeat(64))
    .replace(/:sha256\([^)]*\)/, "a".repeat(64))
    .replace(/:(attempt|index)\([^)]*\)/, "1")
    .replace(/:id/, randomUUID())
    .replace(/:action/, "submit")
    .replace(/:[a-z]+/g, "x");

describe("every door but identity and health is closed to whoever proves nothing", () => {
  const isPage = (name: string) => name.includes(" /operator");
  const closed = Object.keys(doors).filter((name) => !open.includes(name) && !isPage(name));

  test.each(closed)("%s", async (name) => {
    const [method = "", pattern = ""] = name.split(" ");
    const url = `${framework.url}${pathOf(pattern)}`;
    const refused = { status: 401, json: { code: "unauthenticated" } };
    const body = method === "GET" ? "" : "{}";
    const length = { "content-length": String(body.length) };
    expect(await callRaw(url, method, length, body)).toMatchObject(refused);
    for (const authorization of ["Bearer x", "DPoP x.y.z", "Basic eDp5", "KRDC-Operator x.y.z"]) {
      expect(await callRaw(url, method, { ...length, authorization }, body)).toMatchObject(refused);
    }
  });

  test.each(Object.keys(doors).filter(isPage))(
    "%s opens nothing where there is no issuer to sign in at",
    async (name) => {
      const [method = "", pattern = ""] = name.split(" ");
      const answer = await fetch(`${framework.url}${pathOf(pattern)}`, { method, redirect: "manual" });
      if (pattern.includes("/language/")) expect(answer.status).toBeLessThan(400);
      else expect(answer.status).toBe(503);
    },
  );

  test("whoever comes as a peer has proven its key first, and is counted before anything is read", () => {
    const ofPeers = Object.entries(doors).filter(([, { checks }]) => checks.includes(proofByPinnedPeer));
    expect(ofPeers.length).toBeGreaterThan(10);
    for (const [name, { checks }] of ofPeers)
      expect([name, ...checks.slice(0, 2)]).toEqual([name, proofByPinnedPeer, peerRate]);
  });

  test.each(open)("%s answers everybody", async (name) => {
    expect((await fetch(`${framework.url}${name.split(" ")[1]}`)).status).toBe(200);
  });
});

type Portal = {
  claims: Record<string, unknown>;
  header: Record<string, unknown>;
  by: Parameters<typeof importSigningKey>[0];
  proof: { key: PrivateKey; htm: string };
};

describe("a portal token is good for one gateway, one user and the portal's own key", () => {
  test.each<{ given: string; change: (portal: Portal) => unknown; status: number }>([
    { given: "as the hub signs it", change: () => undefined, status: 200 },
    { given: "for another gateway", change: ({ claims }) => Object.assign(claims, { aud: "other" }), status: 401 },
    {
      given: "by another issuer",
      change: ({ claims }) => Object.assign(claims, { iss: "http://evil.example" }),
      status: 401,
    },
    {
      given: "expired",
      change: ({ claims }) => Object.assign(claims, { iat: seconds(new Date()) - 400, exp: seconds(new Date()) - 100 }),
      status: 401,
    },
    {
      given: "living for an hour",
      change: ({ claims }) => Object.assign(claims, { exp: seconds(new Date()) + 3600 }),
      status: 401,
    },
    {
      given: "for another subject than its user",
      change: ({ claims }) => Object.assign(claims, { sub: "other" }),
      status: 401,
    },
    { given: "with a claim more", change: ({ claims }) => Object.assign(claims, { admin: true }), status: 401 },
    {
      given: "of a grant's type",
      change: ({ header }) => Object.assign(header, { typ: "krdc-grant+jwt" }),
      status: 401,
    },
    {
      given: "signed by somebody else",
      change: async (portal) => {
        portal.by = (await otherHub).key;
      },
      status: 401,
    },
    {
      given: "shown by another key",
      change: async ({ proof }) => {
        proof.key = await otherKey;
      },
      status: 401,
    },
    {
      given: "with a proof for another method",
      change: ({ proof }) => Object.assign(proof, { htm: "POST" }),
      status: 401,
    },
  ])("$given -> $status", async ({ change, status }) => {
    const now = seconds(new Date());
    const cnf = { jkt: await thumbprintOf(publicPart(hub.portalKey)) };
    const portal: Portal = {
      claims: {
        iss: hub.url,
        aud: "host",
        sub: researcher.sub,
        iat: now,
        exp: now + 300,
        jti: randomUUID(),
        cnf,
        user: { ...researcher },
      },
      header: { alg: "EdDSA", typ: portalTokenType, kid: hub.key.kid },
      by: hub.key,
      proof: { key: hub.portalKey, htm: "GET" },
    };
    await change(portal);
    const token = await new SignJWT(portal.claims)
      .setProtectedHeader(portal.header as { alg: string })
      .sign(await importSigningKey(portal.by));
    const url = `${framework.url}/v1/apps`;
    const dpop = await makeProof(portal.proof.key, { htm: portal.proof.htm, htu: url, accessToken: token }, new Date());
    expect((await callRaw(url, "GET", { authorization: `DPoP ${token}`, dpop })).status).toBe(status);
  });

  test("the same proof writes once", async () => {
    const url = `${framework.url}/v1/runs/${randomUUID()}/cancel`;
    const token = await hub.portalToken("host", researcher);
    const proven = { htm: "POST", htu: url, accessToken: token, bodySha256: sha256Hex("{}") };
    const headers = {
      authorization: `DPoP ${token}`,
      dpop: await makeProof(hub.portalKey, proven, new Date()),
      "content-length": "2",
    };
    const answers = [await callRaw(url, "POST", headers, "{}"), await callRaw(url, "POST", headers, "{}")];
    expect(answers.map(({ json }) => json.code)).toEqual(["run.not_found", "unauthenticated"]);
  });
});

describe("what widens needs the operator's own key", () => {
  const peers = async () => ({
    peers: [{ name: "evil", jwk: publicPart(await otherKey), gateway: "http://evil.example" }],
  });

  test("T8: a token of the hub's opens no operator's door", async () => {
    await expect(ask(framework, researcher, "POST", "/v1/operator/peers", await peers())).rejects.toMatchObject({
      kind: "unauthenticated",
    });
  });

  test("another key's signature is refused", async () => {
    const forged = { ...framework, operatorKey: await otherKey };
    expect((await askAsOperator(forged, "/v1/operator/peers", await peers())).status).toBe(401);
  });

  test("a statement for another door is refused", async () => {
    const elsewhere = { ...framework, url: `${framework.url}/v1/operator` };
    expect((await askAsOperator(elsewhere, "/../../v1/operator/peers", await peers())).status).toBe(401);
  });

  test("T8: the hub's word moves a peer's address only to where the pinned key answers for it, and never its key", async () => {
    const [friend, evil] = [await makeSigningKey(), await otherKey];
    const [moved, squatted] = [await anAddress(friend), await anAddress(evil)];
    const time = new Date().toISOString();
    const told = (key: PrivateKey, gateway: string) => ({ name: "friend", gateway, key: publicPart(key) });
    const words = [told(evil, squatted.url), told(friend, moved.url), told(friend, squatted.url)];
    hub.answers.set("/heartbeats", () => ({ state: "ACTIVE", time, peers: words }));
    const accepted = { peers: [{ name: "friend", jwk: publicPart(friend), gateway: "http://friend.example" }] };
    expect((await askAsOperator(framework, "/v1/operator/peers", accepted)).status).toBe(200);
    await framework.shutDown();
    await framework.start();
    const jkt = await thumbprintOf(publicPart(friend));
    await until("the false address was asked and the true one is followed", async () => {
      const answer = await (await askAsOperator(framework, "/v1/operator/peers", { peers: [] })).json();
      expect(answer).toMatchObject({ peers: [{ name: "friend", jkt }] });
      return squatted.asked() > 0 && JSON.stringify(answer).includes(`"${moved.url}"`);
    });
    let beats = 0;
    hub.answers.set("/heartbeats", () => {
      beats += 1;
      return { state: "PENDING", time, peers: [told(friend, "mailbox://friend")] };
    });
    await framework.shutDown();
    await framework.start();
    await until("a mailbox was told twice that it never certified", () => beats > 2);
    const kept = await (await askAsOperator(framework, "/v1/operator/peers", { peers: [] })).text();
    expect(kept).toContain(`"${moved.url}"`);
    await Promise.all([moved.close(), squatted.close()]);
  });
});

/** A gateway's address in miniature: it signs its own address with whatever key it has. */
async function anAddress(key: PrivateKey) {
  let asked = 0;
  const server = createServer(async (request, response) => {
    asked += 1;
    const nonce = new URL(request.url ?? "/", "http://x").searchParams.get("nonce");
    const statement = await signDocument(key, addressStatementType, { nonce, gateway: url });
    const body = JSON.stringify({ statement });
    response.writeHead(200, { "content-length": Buffer.byteLength(body) }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, asked: () => asked, close: () => new Promise((resolve) => server.close(resolve)) };
}

describe("a refusal arrives, also while the caller still sends", () => {
  test("of an app's sources by somebody who is no provider", async () => {
    const big = Buffer.alloc(8 * 2 ** 20, 1);
    const url = `${framework.url}/v1/builds`;
    const token = await hub.portalToken("host", researcher);
    const dpop = await makeProof(hub.portalKey, { htm: "POST", htu: url, accessToken: token }, new Date());
    const answer = await fetch(url, { method: "POST", headers: { authorization: `DPoP ${token}`, dpop }, body: big });
    expect(await answer.json()).toMatchObject({ status: 403, code: "app.not_a_provider" });
  });

  test.each(["", "..", "a/b", "x".repeat(256)])("of a file whose name is %j", async (name) => {
    await expect(upload(framework, researcher, name, "x")).rejects.toMatchObject({ reason: "storage.bad_file_name" });
  });

  test("of sources that are no archive, to its provider, as the end of the build", async () => {
    expect(await register(framework, Buffer.from("no archive"))).toMatchObject({
      state: "FAILED",
      reason: { code: "archive.unreadable" },
    });
  });

  test.each<[string, string, object, string]>([
    ["without a parser", "print(1)", {}, "app.probe_"],
    [
      "with a hint for nothing",
      "import argparse\nargparse.ArgumentParser().parse_args()",
      { parameters: { ghost: { kind: "file" } } },
      "app.parameters_unclear",
    ],
    ["with an unknown field in its manifest", "", { nonsense: 1 }, "app.manifest_invalid"],
  ])("of a program %s", async (_what, main, manifest, code) => {
    const build = await register(framework, await pack("odd", main, manifest as Record<string, unknown>));
    expect(build.state).toBe("FAILED");
    expect(build.reason?.code.startsWith(code)).toBe(true);
  });
});
