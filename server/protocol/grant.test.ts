import fc from "fast-check";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { sha256Hex } from "./canonical";
import { type GrantClaims, grantType, readGrantHeader, signGrant, verifyGrant } from "./grant";
import { importSigningKey, makeSigningKey, type PrivateKey, publicPart } from "./keys";
import { makeProof, verifyProof } from "./proof";
import { readSignedDocument, signDocument } from "./signed-document";

const now = new Date("2026-01-01T00:00:00Z");
const seconds = Math.floor(now.getTime() / 1000);
const hex = (digit: string) => digit.repeat(64);
const id = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

const claims: GrantClaims = {
  iss: "http://hub.example",
  aud: "host",
  sub: "pseudonym",
  jti: id,
  iat: seconds,
  nbf: seconds,
  exp: seconds + 600,
  cnf: { jkt: "k".repeat(43) },
  home: "home",
  authorization_details: [
    {
      type: "krdc_step",
      app: "plot",
      version: "1.0.0",
      digest: `sha256:${hex("1")}`,
      runId: id,
      step: "trend",
      index: 0,
      attempt: 1,
      runKey: hex("2"),
      parametersHash: hex("3"),
      inputsHash: hex("4"),
      agreementId: id,
      authorizationId: id,
      limits: { cpuMillis: 1, memoryBytes: 1, gpu: 0, durationSeconds: 1, outputBytes: 1 },
      resultsLifetimeDays: 14,
    },
  ],
};

async function aHubKey(kid: string): Promise<JWK> {
  const pair = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  return { ...(await exportJWK(pair.privateKey)), kid };
}
const publicOf = ({ d: _d, ...rest }: JWK): JWK => rest;

let hub: JWK;
let home: PrivateKey;
const expected = (over: object = {}) => ({ key: publicOf(hub), issuer: claims.iss, audience: "host", ...over });

beforeAll(async () => {
  hub = await aHubKey("hub-1");
  home = await makeSigningKey();
});

const sign = async (change: object, header: Record<string, unknown> = {}, key?: JWK) =>
  new SignJWT({ ...claims, ...change })
    .setProtectedHeader({ alg: "EdDSA", typ: grantType, kid: "hub-1", ...header })
    .sign(await importSigningKey(key ?? hub));

test("a grant is read back as it was signed, and its header says which key must verify it", async () => {
  const grant = await signGrant(hub, claims);
  expect(readGrantHeader(grant)).toEqual({ alg: "EdDSA", typ: grantType, kid: "hub-1" });
  expect(await verifyGrant(grant, expected(), now)).toEqual(claims);
});

describe("a grant's header is exactly what we know", () => {
  test.each<[string, Record<string, unknown>]>([
    ["another type", { typ: "JWT" }],
    ["no type", { typ: undefined }],
    ["the type of a portal token", { typ: "krdc-portal+jwt" }],
    ["the address of a key set", { jku: "http://evil.example/keys" }],
    ["a key of its own", { jwk: { kty: "OKP" } }],
    ["a certificate", { x5c: ["x"] }],
    ["no key name", { kid: undefined }],
  ])("%s is refused", async (_what, header) => {
    const grant = await sign({}, header);
    expect(() => readGrantHeader(grant)).toThrow("unauthenticated");
  });

  test.each(["none", "HS256", "ES256", "RS256"])("the algorithm %s is refused", (alg) => {
    const header = Buffer.from(JSON.stringify({ alg, typ: grantType, kid: "hub-1" })).toString("base64url");
    expect(() => readGrantHeader(`${header}.e30.AAAA`)).toThrow("unauthenticated");
  });
});

describe("a grant is good for its audience and its ten minutes only", () => {
  test.each([-20, 620])("read %i s after it was signed, by a clock that differs by 20 s, it is good", async (after) => {
    const grant = await signGrant(hub, claims);
    expect(await verifyGrant(grant, expected(), new Date((seconds + after) * 1000))).toEqual(claims);
  });

  const details = claims.authorization_details[0];
  test.each<{ given: string; change: object; reason?: string }>([
    {
      given: "expired",
      change: { iat: seconds - 700, nbf: seconds - 700, exp: seconds - 100 },
      reason: "grant.expired",
    },
    { given: "not yet", change: { iat: seconds + 100, nbf: seconds + 100, exp: seconds + 200 } },
    { given: "a life of eleven minutes", change: { exp: seconds + 660 } },
    { given: "no end", change: { exp: undefined } },
    { given: "another issuer", change: { iss: "http://other.example" } },
    { given: "another audience", change: { aud: "other" } },
    { given: "two audiences", change: { aud: ["host", "other"] } },
    { given: "no number", change: { jti: undefined } },
    { given: "no key binding", change: { cnf: undefined } },
    { given: "a claim that nobody knows", change: { admin: true } },
    { given: "two steps", change: { authorization_details: [details, details] } },
    { given: "no step", change: { authorization_details: [] } },
    { given: "a field more in its details", change: { authorization_details: [{ ...details, root: true }] } },
    { given: "no digest", change: { authorization_details: [{ ...details, digest: "latest" }] } },
    { given: "attempt 0", change: { authorization_details: [{ ...details, attempt: 0 }] } },
  ])("$given is refused", async ({ change, reason = "unauthenticated" }) => {
    const verified = verifyGrant(await sign(change), expected(), now);
    await expect(verified).rejects.toMatchObject({ kind: "unauthenticated", reason });
  });

  test("a signature by another key under the same name is refused", async () => {
    const forged = await sign({}, {}, await aHubKey("hub-1"));
    await expect(verifyGrant(forged, expected(), now)).rejects.toMatchObject({ reason: "unauthenticated" });
  });
});

test("no single changed character of grant, proof or body opens the door", async () => {
  const htm = "PUT";
  const htu = "http://host.example/v1/hosted-runs/a/1";
  const body = JSON.stringify({ parameters: { word: "말" }, limits: { gpu: 0 } });
  const grant = await signGrant(hub, claims);
  const proof = await makeProof(home, { htm, htu, bodySha256: sha256Hex(body), accessToken: grant }, now);
  const door = async (call: { grant: string; proof: string; body: string }) => {
    const proven = await verifyProof(call.proof, { htm, htu, accessToken: call.grant }, now);
    if (proven.claims.body_sha256 !== sha256Hex(call.body)) throw new TypeError("another body");
    readGrantHeader(call.grant);
    return verifyGrant(call.grant, expected(), now);
  };
  await expect(door({ grant, proof, body })).resolves.toEqual(claims);
  const part = fc.constantFrom("grant" as const, "proof" as const, "body" as const);
  await fc.assert(
    fc.asyncProperty(part, fc.nat(), fc.integer({ min: 1, max: 127 }), async (name, at, flip) => {
      const call = { grant, proof, body };
      const bytes = Buffer.from(call[name]);
      const place = at % bytes.length;
      bytes[place] = (bytes[place] ?? 0) ^ flip;
      await expect(door({ ...call, [name]: bytes.toString("latin1") })).rejects.toThrow();
    }),
    { numRuns: 500 },
  );
});

describe("a token has one spelling", () => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const others = (token: string) => [
    ...[...alphabet].map((character) => token.slice(0, -1) + character).filter((other) => other !== token),
    ...["=", " ", "\n", "."].map((more) => token + more),
  ];

  test("of a proof", async () => {
    const call = { htm: "GET", htu: "http://host.example/" };
    for (const other of others(await makeProof(home, call, now))) {
      await expect(verifyProof(other, call, now)).rejects.toMatchObject({ reason: "unauthenticated" });
    }
  });

  test("of a grant", async () => {
    for (const other of others(await signGrant(hub, claims))) {
      const read = async () => [readGrantHeader(other), await verifyGrant(other, expected(), now)];
      await expect(read()).rejects.toMatchObject({ reason: "unauthenticated" });
    }
  });

  test("of a signed document", async () => {
    for (const other of others(await signDocument(home, "a+jws", {}))) {
      await expect(readSignedDocument(publicPart(home), "a+jws", other)).rejects.toMatchObject({
        reason: "signature.invalid",
      });
    }
  });
});

describe("a signed document is good for one use and one signer", () => {
  const document = { schema: "krdc.receipt/v1", outputs: { 값: 1 } };

  test("it is read back, whatever the order of its fields", async () => {
    const signed = await signDocument(home, "a+jws", { outputs: document.outputs, schema: document.schema });
    expect(await readSignedDocument(publicPart(home), "a+jws", signed)).toEqual(document);
  });

  test.each<[string, () => Promise<unknown>]>([
    [
      "for another use",
      async () => readSignedDocument(publicPart(home), "b+jws", await signDocument(home, "a+jws", document)),
    ],
    [
      "by another key",
      async () =>
        readSignedDocument(publicPart(await makeSigningKey()), "a+jws", await signDocument(home, "a+jws", document)),
    ],
    [
      "by a key of another kind",
      async () => readSignedDocument(publicPart(home), "a+jws", await signDocument(hub, "a+jws", document)),
    ],
    [
      "with its payload changed",
      async () => {
        const [head, , tail] = (await signDocument(home, "a+jws", document)).split(".");
        const payload = Buffer.from(JSON.stringify({ ...document, outputs: {} })).toString("base64url");
        return readSignedDocument(publicPart(home), "a+jws", `${head}.${payload}.${tail}`);
      },
    ],
  ])("%s it is refused", async (_what, read) => {
    await expect(read()).rejects.toMatchObject({ reason: "signature.invalid" });
  });
});
