import { SignJWT } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { sha256Hex } from "./canonical";
import { importSigningKey, makeSigningKey, type PrivateKey, publicPart, thumbprintOf } from "./keys";
import { makeProof, verifyProof } from "./proof";

const now = new Date("2026-01-01T00:00:00Z");
const seconds = Math.floor(now.getTime() / 1000);
const call = { htm: "PUT", htu: "http://host.example/v1/hosted-runs/a/1" };
const body = sha256Hex('{"a":1}');
const token = "a.grant.token";
let key: PrivateKey;
let other: PrivateKey;

beforeAll(async () => {
  key = await makeSigningKey();
  other = await makeSigningKey();
});

const proven = () => makeProof(key, { ...call, bodySha256: body, accessToken: token }, now);

test("a proof says whose key made it, and which body and token it was made for", async () => {
  const { jkt, claims } = await verifyProof(await proven(), { ...call, accessToken: token }, now);
  expect(jkt).toBe(await thumbprintOf(publicPart(key)));
  expect(claims).toMatchObject({ ...call, body_sha256: body });
});

describe("a proof is good for its own call only", () => {
  test.each([
    ["another method", { htm: "GET" }],
    ["another address", { htu: "http://other.example/v1/hosted-runs/a/1" }],
    ["another path", { htu: `${call.htu}0` }],
    ["another token", { accessToken: "another.grant.token" }],
    ["no token", { accessToken: undefined }],
  ])("%s is refused", async (_what, change) => {
    const refused = verifyProof(await proven(), { ...call, accessToken: token, ...change }, now);
    await expect(refused).rejects.toMatchObject({ kind: "unauthenticated", reason: "unauthenticated" });
  });

  test.each([
    [-26, "clock_skew"],
    [-25, undefined],
    [0, undefined],
    [25, undefined],
    [26, "clock_skew"],
    [-400 * 86_400, "clock_skew"],
    [400 * 86_400, "clock_skew"],
  ])("a clock that differs by %i s -> %s", async (shift, reason) => {
    const at = new Date(now.getTime() + shift * 1000);
    const verified = verifyProof(await proven(), { ...call, accessToken: token }, at);
    if (reason === undefined) await verified;
    else await expect(verified).rejects.toMatchObject({ reason });
  });
});

type Forged = { header?: Record<string, unknown>; claims?: Record<string, unknown>; by?: () => PrivateKey };

async function forge({ header = {}, claims = {}, by = () => key }: Forged): Promise<string> {
  const said = { ...call, jti: "0123456789", iat: seconds, ...claims };
  return new SignJWT(said)
    .setProtectedHeader({ typ: "dpop+jwt", alg: "ES256", jwk: publicPart(key), ...header })
    .sign(await importSigningKey(by()));
}

describe("a forged proof is refused", () => {
  test("the same by our own hand is taken", async () => {
    await expect(verifyProof(await forge({}), call, now)).resolves.toMatchObject({ claims: call });
  });

  test.each<Forged & { given: string }>([
    { given: "signed by a key that it does not show", by: () => other },
    { given: "another type", header: { typ: "JWT" } },
    { given: "a private key in its header", header: { jwk: "private" } },
    { given: "a key set's address", header: { jku: "http://evil.example/keys" } },
    { given: "a key's name", header: { kid: "1" } },
    { given: "a critical header", header: { crit: ["b64"], b64: true } },
    { given: "no number", claims: { jti: undefined } },
    { given: "a short number", claims: { jti: "1" } },
    { given: "a very long number", claims: { jti: "x".repeat(129) } },
    { given: "no time", claims: { iat: undefined } },
    { given: "time as a text", claims: { iat: String(seconds) } },
    { given: "a claim that nobody knows", claims: { admin: true } },
    { given: "a token that was not shown", claims: { ath: "x" } },
  ])("$given", async ({ header, claims, by }) => {
    const shown = header?.jwk === "private" ? { ...header, jwk: key } : header;
    const forged = forge({ ...(shown ? { header: shown } : {}), ...(claims ? { claims } : {}), ...(by ? { by } : {}) });
    const verified = forged.then((proof) => verifyProof(proof, call, now));
    await expect(verified).rejects.toThrow();
    await verified.catch((error) => error.kind && expect(error).toMatchObject({ kind: "unauthenticated" }));
  });

  test.each([
    ["nothing", undefined],
    ["an empty text", ""],
    ["no token at all", "not a token"],
    ["a text beyond all bounds", "x".repeat(4097)],
    ["an unsigned token", `${btoa('{"alg":"none","typ":"dpop+jwt"}')}.${btoa("{}")}.`],
  ])("%s", async (_what, proof) => {
    await expect(verifyProof(proof, call, now)).rejects.toMatchObject({ reason: "unauthenticated" });
  });
});
