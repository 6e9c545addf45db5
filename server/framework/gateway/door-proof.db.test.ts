import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { makeSigningKey } from "#server/protocol/keys";
import { aHubKey } from "../hub-double.build";
import { aDoor, askFor, type Door, limits, type Refusal } from "./door.build";
import type { HostedCall, Lie } from "./hosted-call.build";

let door: Door;
const otherHub = aHubKey();
const otherKey = makeSigningKey();

beforeAll(async () => {
  door = await aDoor(inject("pgAdminUrl"));
});
afterAll(() => door.close());

const claim =
  (change: object): Lie =>
  (call) =>
    Object.assign(call.claims, change);
const head =
  (change: Record<string, unknown>): Lie =>
  (call) =>
    Object.assign(call.grantHeader, change);
const prove =
  (change: Partial<HostedCall["proof"]>): Lie =>
  (call) =>
    Object.assign(call.proof, change);
const later = (ms: number) => new Date(Date.now() + ms);
const seconds = Math.floor(Date.now() / 1000);
const refused = { status: 401, code: "unauthenticated" };

const refusals: Record<string, Refusal[]> = {
  "proof by a pinned peer": [
    {
      given: "a framework that our operator never accepted",
      lie: (call) => {
        call.home = door.stranger;
        call.proof.key = door.stranger.key;
        call.claims.cnf.jkt = door.stranger.jkt;
        call.claims.home = "stranger";
      },
      ...refused,
    },
    { given: "a proof half a minute old", lie: prove({ now: later(-30_000) }), status: 401, code: "clock_skew" },
    { given: "a proof from the future", lie: prove({ now: later(30_000) }), status: 401, code: "clock_skew" },
    { given: "a proof for another method", lie: prove({ htm: "POST" }), ...refused },
    { given: "a proof for another address", lie: prove({ htu: "http://evil.example/v1" }), ...refused },
    {
      given: "the address of a forged Host header",
      lie: (call) => {
        call.headers.host = "evil.example";
        call.proof.htu = `http://evil.example/v1/hosted-runs/${call.runKey}/1`;
      },
      ...refused,
    },
    { given: "a proof for another token", lie: prove({ token: "another" }), ...refused },
    { given: "a proof for no token", lie: prove({ token: undefined }), ...refused },
    { given: "a proof for another body", lie: prove({ body: "{}" }), ...refused },
    {
      given: "a proof by another key",
      lie: async (call) => {
        call.proof.key = await otherKey;
      },
      ...refused,
    },
    {
      given: "no proof",
      lie: (call) => {
        call.headers.dpop = "";
      },
      ...refused,
    },
    {
      given: "two proofs",
      lie: (call) => {
        call.headers.dpop = ["$PROOF", "$PROOF"];
      },
      ...refused,
    },
  ],
  "exactly one grant": [
    {
      given: "no grant",
      lie: (call) => {
        call.headers.authorization = [];
        call.proof.token = undefined;
      },
      ...refused,
    },
    {
      given: "two grants",
      lie: (call) => {
        call.headers.authorization = ["DPoP $GRANT", "DPoP $GRANT"];
      },
      ...refused,
    },
    {
      given: "a grant as a bearer token",
      lie: (call) => {
        call.headers.authorization = "Bearer $GRANT";
      },
      ...refused,
    },
    {
      given: "a grant and something behind it",
      lie: (call) => {
        call.headers.authorization = "DPoP $GRANT x";
      },
      ...refused,
    },
    { given: "another type", lie: head({ typ: "JWT" }), ...refused },
    { given: "a portal token's type", lie: head({ typ: "krdc-portal+jwt" }), ...refused },
    {
      given: "another algorithm",
      lie: async (call) => {
        call.grantHeader.alg = "ES256";
        call.grantKey = await otherKey;
      },
      ...refused,
    },
    { given: "another key's name", lie: head({ kid: "other" }), ...refused },
    { given: "a key set's address", lie: head({ jku: "http://evil.example/keys" }), ...refused },
    {
      given: "a key of its own",
      lie: async (call) => {
        const { publicKey, key } = await otherHub;
        call.grantHeader.jwk = publicKey;
        call.grantKey = key;
      },
      ...refused,
    },
  ],
  "signature, audience and times": [
    {
      given: "a signature by somebody else",
      lie: async (call) => {
        call.grantKey = (await otherHub).key;
      },
      ...refused,
    },
    { given: "another audience", lie: claim({ aud: "other" }), ...refused },
    { given: "another issuer", lie: claim({ iss: "http://evil.example" }), ...refused },
    {
      given: "expired",
      lie: claim({ iat: seconds - 700, nbf: seconds - 700, exp: seconds - 100 }),
      status: 401,
      code: "grant.expired",
    },
    { given: "not yet valid", lie: claim({ nbf: seconds + 120 }), ...refused },
    { given: "a life of an hour", lie: claim({ exp: seconds + 3600 }), ...refused },
  ],
  "bound to the proof": [
    { given: "bound to another key", lie: claim({ cnf: { jkt: "k".repeat(43) } }), ...refused },
    { given: "made for another home", lie: claim({ home: "other" }), ...refused },
  ],
  "strict schema": [
    { given: "a field more", lie: askFor({ privileged: true }), status: 400, code: "request.invalid" },
    { given: "a field less", lie: askFor({ salt: undefined }), status: 400, code: "request.invalid" },
    {
      given: "a field more inside",
      lie: askFor({ limits: { ...limits, root: 1 } }),
      status: 400,
      code: "request.invalid",
    },
    {
      given: "a key twice",
      lie: (call) => {
        call.body = call.body.replace("{", '{"index":1,');
      },
      status: 400,
      code: "request.not_json",
    },
    {
      given: "no JSON",
      lie: (call) => {
        call.body = "{";
      },
      status: 400,
      code: "request.not_json",
    },
    {
      given: "more than two megabytes",
      lie: (call) => {
        call.body = JSON.stringify({ a: "x".repeat(2 ** 21) });
      },
      status: 413,
      code: "request.too_large",
    },
  ],
};

describe("T5: who is nobody's peer, or brings no grant of the hub's for exactly this, is refused", () => {
  test.each(Object.entries(refusals).flatMap(([check, all]) => all.map((one) => ({ check, ...one }))))(
    "$check: $given -> $status $code",
    async ({ lie, status, code }) => {
      const call = door.call();
      await lie(call);
      const answer = await door.put(call);
      expect({ status: answer.status, code: answer.json.code }).toEqual({ status, code });
    },
  );

  test("T1: a peer that was suspended is a stranger", async () => {
    await door.host.db.execute(sql`update peers set suspended_at = now() where name = 'home'`);
    const answer = await door.put(door.call());
    await door.host.db.execute(sql`update peers set suspended_at = null where name = 'home'`);
    expect(answer).toMatchObject({ status: 401, json: { code: "unauthenticated" } });
  });

  test("authentication failures tell nothing apart", async () => {
    const unknown = door.call();
    unknown.proof.key = door.stranger.key;
    const forged = door.call();
    forged.grantKey = (await otherHub).key;
    const [one, other] = [await door.put(unknown), await door.put(forged)];
    expect(one.json).toEqual(other.json);
  });

  test("none of it consumed anything", async () => {
    const { rows } = await door.host.db.execute(sql`select (select count(*) from hosted_runs)::int hosted,
      (select count(*) from redeemed_grants)::int grants, (select sum(runs_used) from agreements)::int used`);
    expect(rows).toEqual([{ hosted: 0, grants: 0, used: 0 }]);
  });

  test.each([
    "/v1/hosted-runs/abc/1",
    `/v1/hosted-runs/${"a".repeat(64)}/0`,
    `/v1/hosted-runs/${"A".repeat(64)}/1`,
    `/v1/hosted-runs/${"a".repeat(64)}/1/more`,
  ])("there is no door at %s", async (path) => {
    const answer = await fetch(`${door.host.url}${path}`, { method: "PUT", body: "{}" });
    expect(answer.status).toBe(404);
  });
});
