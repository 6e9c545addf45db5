import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { compactVerify, importJWK } from "jose";
import { beforeEach, describe, expect, test } from "vitest";
import { fingerprintOf, makeSigningKey, type PrivateKey, publicPart } from "#server/protocol/keys";
import { type Answer, type Asked, portalDouble, uuid } from "./portal-double.build";

const double = portalDouble();
const now = Date.parse("2026-01-01T00:00:00Z");
const no = { cpuSeconds: 0, gpuSeconds: 0, outputBytes: 0 };
const perRun = { cpuMillis: 1000, memoryBytes: 1024, gpu: 0, durationSeconds: 60, outputBytes: 1024 };
const document = {
  schema: "krdc.agreement/v2",
  id: uuid,
  user: "pseudonym",
  organization: "organization",
  host: "bio",
  hostKey: "key",
  app: "align",
  digests: "*",
  maxConcurrent: 4,
  budget: { runs: 10, cpuSeconds: null, gpuSeconds: null, outputBytes: null },
  perRun,
  onRevoke: "kill",
  onDisconnect: "hold",
  onHubSilent: "continue",
  notBefore: new Date(now).toISOString(),
  expires: new Date(now + 30 * 86_400_000).toISOString(),
};
const owned = (more: object = {}) => ({
  id: uuid,
  app: "align",
  state: "REQUESTED",
  document,
  requester: { name: { ko: "연구자", en: "Researcher" }, organization: { ko: "연구소", en: "Institute" } },
  used: no,
  reserved: no,
  runsUsed: 0,
  live: 0,
  isTold: true,
  ...more,
});

let key: PrivateKey;

/** A gateway that answers its operator only: the statement must be for exactly this call. */
const forOperator =
  (answer: (asked: Asked) => unknown) =>
  async (asked: Asked): Promise<Answer> => {
    const jws = asked.headers.authorization?.replace(/^KRDC-Operator /, "") ?? "";
    const verified = await compactVerify(jws, await importJWK(publicPart(key), "ES256")).catch(() => undefined);
    const said = verified && JSON.parse(new TextDecoder().decode(verified.payload));
    const isThis =
      said?.htm === asked.method &&
      said.htu === `${double.url}${asked.url}` &&
      said.body_sha256 === createHash("sha256").update(asked.body).digest("hex") &&
      said.iat === now / 1000 &&
      /^[0-9a-f-]{36}$/.test(said.jti);
    return isThis ? { json: answer(asked) } : { status: 401, json: { status: 401, code: "unauthenticated" } };
  };

const bodyOf = (path: string) =>
  JSON.parse(double.asked.find((call) => call.path === path)?.body.toString() || "null") as Record<string, never>;
const pathOf = (verb: string) => `/v1/operator/agreements/${uuid}/${verb}`;

beforeEach(async () => {
  key = await makeSigningKey();
  await mkdir(join(double.folder, "keys"));
  await double.keep("keys/operator-bio.json", key);
  await double.keep("settings.json", { portalUrl: double.url, ports: { bio: Number(new URL(double.url).port) } });
  double.handlers["GET /v1/operator/agreements"] = forOperator(() => ({ items: [owned()] }));
});

describe("an owner's yes is signed at the framework's own door", () => {
  test("as asked, or on the owner's own terms, found by the home's own key and address", async () => {
    double.handlers[`POST ${pathOf("approve")}`] = forOperator(() => owned({ state: "ACTIVE" }));
    expect(await double.krdc(["agreement", "approve", uuid])).toEqual({ code: 0, out: `${uuid}  ACTIVE\n`, err: "" });
    expect(bodyOf(pathOf("approve"))).toEqual({ document });
    double.asked.length = 0;
    await double.krdc(["agreement", "approve", uuid, "--runs", "3", "--days", "7", "--on-revoke", "drain"]);
    expect(bodyOf(pathOf("approve"))).toEqual({
      document: {
        ...document,
        budget: { ...document.budget, runs: 3 },
        expires: new Date(now + 7 * 86_400_000).toISOString(),
        onRevoke: "drain",
      },
    });
    expect(double.asked.every(({ headers }) => !headers.authorization?.startsWith("Bearer"))).toBe(true);
  });

  test("with the portal away, telling that the hub hears of it later", async () => {
    double.handlers[`POST ${pathOf("approve")}`] = forOperator(() => owned({ state: "APPROVED", isTold: false }));
    const { code, err } = await double.krdc(["agreement", "approve", uuid], { portal: "http://127.0.0.1:9" });
    expect(code).toBe(0);
    expect(err).toContain("as soon as it can be reached");
  });

  test("with a key from elsewhere, at the address of the cluster list", async () => {
    await double.keep("keys/operator-bio.json", await makeSigningKey());
    const file = await double.keep("owner.json", key);
    double.handlers["GET /api/v1/clusters"] = () => ({
      json: { items: [{ name: "bio", state: "ACTIVE", gateway: double.url }] },
    });
    double.handlers[`POST ${pathOf("approve")}`] = forOperator(() => owned({ state: "ACTIVE" }));
    expect(await double.krdc(["agreement", "approve", uuid, "--key", file])).toMatchObject({ code: 0 });
    double.handlers["GET /api/v1/clusters"] = () => ({ hangUp: true });
    double.handlers["GET /v1/identity"] = () => ({
      json: { name: "bio", gateway: double.url, jwk: publicPart(key) },
    });
    expect(await double.krdc(["agreement", "approve", uuid, "--key", file, "--url", double.url])).toMatchObject({
      code: 0,
    });
  });

  test.each<{ given: string; words: string[]; says: RegExp; prepare?: () => Promise<unknown> }>([
    {
      given: "another operator's key",
      words: [],
      says: /^owner\.key_refused: /,
      prepare: async () => double.keep("keys/operator-bio.json", await makeSigningKey()),
    },
    { given: "an agreement nobody asked for", words: ["--cluster", "bio"], says: /^agreement\.not_found: / },
    { given: "a cluster whose key is not here", words: ["--cluster", "materials"], says: /^owner\.key_missing: / },
    { given: "a number that is none", words: ["--runs", "0"], says: /^owner\.wrong_terms: .*--runs/ },
  ])("and is refused with $given", async ({ words, says, prepare, given }) => {
    await prepare?.();
    if (given.includes("nobody")) double.handlers["GET /v1/operator/agreements"] = forOperator(() => ({ items: [] }));
    const { code, err } = await double.krdc(["agreement", "approve", uuid, ...words]);
    expect(code).toBe(1);
    expect(err).toMatch(says);
    expect(double.asked.filter(({ method }) => method === "POST")).toEqual([]);
  });

  test.each(["approve", "resume", "refuse"])(
    "%s is refused with a token alone, before anything is sent",
    async (verb) => {
      await double.keep("keys/operator-bio.json", "no key");
      const words = verb === "refuse" ? ["--reason", "r"] : [];
      const { code, err } = await double.krdc(["agreement", verb, uuid, ...words]);
      expect(code).toBe(1);
      expect(err).toMatch(/^owner\.key_missing: /);
      expect(double.asked).toEqual([]);
    },
  );
});

test("refuse, resume, suspend and revoke say so at the owner's door", async () => {
  for (const verb of ["reject", "resume", "suspend", "revoke"])
    double.handlers[`POST ${pathOf(verb)}`] = forOperator(() => owned({ state: verb.toUpperCase() }));
  await double.krdc(["agreement", "refuse", uuid, "--reason", "no room"]);
  expect(bodyOf(pathOf("reject"))).toEqual({ reason: "no room" });
  for (const verb of ["resume", "suspend", "revoke"])
    expect((await double.krdc(["agreement", verb, uuid, "--cluster", "bio"])).out).toBe(
      `${uuid}  ${verb.toUpperCase()}\n`,
    );
});

describe("narrowing goes through the portal", () => {
  test("in one's own name, and with the portal away it is not made the owner's decision", async () => {
    double.handlers[`POST /api/v1/agreements/${uuid}/suspend`] = () => ({ json: { id: uuid, state: "SUSPENDED" } });
    expect(await double.krdc(["agreement", "suspend", uuid])).toMatchObject({ code: 0, out: `${uuid}  SUSPENDED\n` });
    expect(double.asked.map(({ path }) => path)).toEqual([`/api/v1/agreements/${uuid}/suspend`]);
    double.handlers[`POST ${pathOf("suspend")}`] = forOperator(() => owned({ state: "SUSPENDED" }));
    const away = await double.krdc(["agreement", "suspend", uuid], { portal: "http://127.0.0.1:9" });
    expect(away).toMatchObject({ code: 1, out: "" });
    expect(away.err).toMatch(/^portal\.unreachable: /);
    expect(double.asked).toHaveLength(1);
  });

  test("and what the portal refuses is not done elsewhere", async () => {
    double.handlers[`POST /api/v1/agreements/${uuid}/revoke`] = () => ({
      status: 403,
      json: { status: 403, code: "test.refused" },
    });
    expect((await double.krdc(["agreement", "revoke", uuid])).err).toMatch(/^test\.refused/);
    expect(double.asked).toHaveLength(1);
  });
});

test("lists show what is used and left, at the portal and at the owner's door", async () => {
  const row = { id: "a", app: "bio/align", state: "ACTIVE", purpose: "p", expiresAt: null };
  const sums = { used: { ...no, runs: 3 }, budget: { runs: 10, cpuSeconds: null } };
  double.handlers["GET /api/v1/agreements"] = () => ({ json: { items: [{ ...row, ...sums }] } });
  expect((await double.krdc(["agreement", "list"])).out).toContain("3/10 (7)");
  const { out } = await double.krdc(["agreement", "list", "--cluster", "bio"], { language: "ko" });
  expect(out).toMatch(new RegExp(`^${uuid} +bio/align +REQUESTED +연구자 +0/10`));
});

describe("offers and peers", () => {
  const offer = {
    remote: "open",
    perUser: { runs: null, cpuSeconds: null, gpuSeconds: null, outputBytes: null },
    total: { runs: null, cpuSeconds: null, gpuSeconds: null, outputBytes: null },
    perRun,
    maxConcurrent: 50,
    maxDays: 400,
    onRevoke: "kill",
    onDisconnect: "hold",
    onHubSilent: "continue",
  };

  test("an offer keeps what was not named", async () => {
    double.handlers["GET /v1/operator/offers"] = forOperator(() => ({ items: [{ app: "align", document: offer }] }));
    double.handlers["PUT /v1/operator/offers/align"] = forOperator(() => ({}));
    const words = ["offer", "set", "bio/align", "--remote", "on-request", "--runs", "5", "--days", "30"];
    expect(await double.krdc(words)).toMatchObject({ code: 0, out: "bio/align  on-request\n" });
    expect(JSON.parse(double.asked.find(({ method }) => method === "PUT")?.body.toString() ?? "")).toEqual({
      ...offer,
      remote: "on-request",
      perUser: { ...offer.perUser, runs: 5 },
      maxDays: 30,
    });
    const limits = ["--limit", "window=1..24", "--limit", "method=a,b", "--egress", "none"];
    await double.krdc(["offer", "set", "bio/align", ...limits]);
    const sent = double.asked.filter(({ method }) => method === "PUT").map(({ body }) => JSON.parse(body.toString()));
    const parameters = { window: { min: 1, max: 24 }, method: { values: ["a", "b"] } };
    expect(sent.at(-1)).toEqual({ ...offer, parameters, egress: "none" });
    const wrong = await double.krdc(["offer", "set", "bio/align", "--limit", "window"]);
    expect(wrong.err).toMatch(/^owner\.wrong_limit: .*window/);
    expect((await double.krdc(["offer", "set", "bio/align", "--remote", "ajar"])).err).toMatch(/^owner\.wrong_terms: /);
    expect((await double.krdc(["offer", "list"])).out).toMatch(/^bio\/align {2}open/);
  });

  test("a peer is pinned only under the whole fingerprint that its operator told", async () => {
    const peer = publicPart(await makeSigningKey());
    double.handlers["GET /v1/identity"] = () => ({ json: { name: "materials", gateway: double.url, jwk: peer } });
    double.handlers["POST /v1/operator/peers"] = forOperator(() => ({ peers: [] }));
    const real = fingerprintOf(peer).join(" · ");
    for (const wrong of [fingerprintOf(key).join(" "), real.slice(-11), "0000"]) {
      const { err } = await double.krdc(["peer", "accept", double.url, "--fingerprint", wrong]);
      expect(err).toMatch(/^owner\.wrong_fingerprint: /);
    }
    expect(double.asked.filter(({ method }) => method === "POST")).toEqual([]);
    expect(await double.krdc(["peer", "accept", double.url, "--fingerprint", real])).toMatchObject({ code: 0 });
    expect(bodyOf("/v1/operator/peers")).toEqual({
      peers: [{ name: "materials", jwk: peer, gateway: double.url }],
    });
  });
});

describe("changes of keys", () => {
  const effectiveAt = "2026-03-02T00:00:00.000Z";
  test("are asked of the framework's own door, with its operator's key and for one cluster", async () => {
    const change = { fingerprint: "1111 · 2222", announcedAt: effectiveAt, effectiveAt, isHeard: false };
    double.handlers["POST /v1/operator/key-change"] = forOperator(() => change);
    expect(await double.krdc(["cluster", "rotate-key", "bio"])).toMatchObject({
      code: 0,
      out: `1111 · 2222  ${effectiveAt}\n`,
    });
    expect((await double.krdc(["cluster", "rotate-key", "elsewhere"])).err).toMatch(/^owner\.key_missing: /);
  });

  test("of others are forbidden there by a peer's operator, and at the portal by the hub's", async () => {
    double.handlers["POST /v1/operator/peers/materials/forbid-key-change"] = forOperator(() => ({ peers: [] }));
    expect((await double.krdc(["peer", "forbid-key-change", "materials"])).out).toBe("materials\n");
    double.handlers["POST /api/v1/clusters/materials/forbid-key-change"] = () => ({ json: { jkt: "thumbprint" } });
    expect((await double.krdc(["cluster", "forbid-key-change", "materials"])).out).toBe("materials  thumbprint\n");
  });

  test("of the hub need this machine's own secret", async () => {
    const made = { kid: "next", replaces: "present", effectiveAt };
    double.handlers["POST /api/v1/local/hub-key-changes"] = ({ headers }) =>
      headers.authorization?.startsWith("KRDC-Local ") ? { json: made } : { status: 401, json: { code: "no" } };
    expect(await double.krdc(["hub", "rotate-key"])).toMatchObject({ code: 0, out: `next  ${effectiveAt}\n` });
  });
});

describe("members", () => {
  test.each(["disable", "enable"])("%s", async (verb) => {
    const disabledAt = verb === "disable" ? "2026-01-01T00:00:00Z" : null;
    const account = "researcher2";
    double.handlers[`POST /api/v1/members/${account}/${verb}`] = () => ({ json: { account, disabledAt } });
    const { out } = await double.krdc(["member", verb, account]);
    expect(out).toBe(`${account}  ${disabledAt ?? "-"}\n`);
    expect((await double.krdc(["member", verb])).code).toBe(2);
  });
});

describe("clusters", () => {
  test("an invitation prints the token alone, and beside it how to start the framework", async () => {
    const start = { script: `export FRAMEWORK_NAME='geo'\nnode "$KRDC_BUILD/framework.mjs"` };
    double.handlers["POST /api/v1/clusters/invitations"] = () => ({
      status: 201,
      json: { name: "geo", joinToken: "t0k", expiresAt: "2026-01-01T00:30:00Z", start },
    });
    const { out, err } = await double.krdc(["cluster", "invite", "geo", "--title-ko", "지구"]);
    expect(out).toBe("t0k\n");
    expect(err).toBe(`2026-01-01T00:30:00Z\n${start.script}\n`);
    expect(bodyOf("/api/v1/clusters/invitations")).toEqual({ name: "geo", title: { ko: "지구", en: "geo" } });
  });

  test("approval by the operator names the fingerprint, the hub operator's does not", async () => {
    double.handlers["POST /api/v1/clusters/geo/approve"] = () => ({ json: { name: "geo", state: "PENDING" } });
    await double.krdc(["cluster", "approve", "geo", "--fingerprint", "1b4f e27a"]);
    expect(bodyOf("/api/v1/clusters/geo/approve")).toEqual({ fingerprint: "1b4f e27a" });
    double.asked.length = 0;
    expect((await double.krdc(["cluster", "approve", "geo"])).out).toBe("geo  PENDING\n");
    expect(bodyOf("/api/v1/clusters/geo/approve")).toEqual({});
    expect((await double.krdc(["cluster", "approve", "geo", "--fingerprint", ""])).code).toBe(2);
  });

  test.each(["suspend", "resume", "leave"])("%s", async (verb) => {
    double.handlers[`POST /api/v1/clusters/geo/${verb}`] = () => ({ json: { state: "SUSPENDED" } });
    expect((await double.krdc(["cluster", verb, "geo"])).out).toBe("geo  SUSPENDED\n");
  });
});
