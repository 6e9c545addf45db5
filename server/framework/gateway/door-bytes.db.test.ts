import { sql } from "drizzle-orm";
import fc from "fast-check";
import { SignJWT } from "jose";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { sha256Hex } from "#server/protocol/canonical";
import { importSigningKey } from "#server/protocol/keys";
import { makeProof } from "#server/protocol/proof";
import { aDoor, type Door } from "./door.build";
import { acceptHomes, addressOf, aHome, aHostedCall, callRaw, type Home, type HostedCall } from "./hosted-call.build";

let door: Door;
let homes: Home[];

beforeAll(async () => {
  door = await aDoor(inject("pgAdminUrl"), { slots: 0 });
  // Each peer has a rate of its own, and this test must be refused for its lies.
  homes = await Promise.all(Array.from({ length: 30 }, (_, at) => aHome(`home-${at}`)));
  await acceptHomes(door.host, homes);
});
afterAll(() => door.close());

type Part = "token" | "token and the proof's word of it" | "proof" | "body";
type Change = { part: Part; at: number; by: number; home: number };

const change: fc.Arbitrary<Change> = fc.record({
  part: fc.constantFrom<Part>("token", "token and the proof's word of it", "proof", "body"),
  at: fc.nat(100_000),
  by: fc.integer({ min: 1, max: 93 }),
  home: fc.nat(29),
});

/** One printable byte becomes another one. */
function changed(text: string, { at, by }: Change): string {
  const place = at % text.length;
  const code = text.charCodeAt(place);
  const other = 33 + ((code - 33 + by + 94) % 94);
  return text.slice(0, place) + String.fromCharCode(other) + text.slice(place + 1);
}

const grantOf = async (call: HostedCall) =>
  new SignJWT(call.claims as unknown as Record<string, unknown>)
    .setProtectedHeader(call.grantHeader as { alg: string })
    .sign(await importSigningKey(call.grantKey));

async function send(call: HostedCall, lie?: Change) {
  const grant = await grantOf(call);
  const isToken = lie?.part === "token" || lie?.part === "token and the proof's word of it";
  const token = lie && isToken ? changed(grant, lie) : grant;
  const accessToken = lie?.part === "token" ? grant : token;
  const url = addressOf(door.host, call);
  const proven = { htm: "PUT", htu: url, bodySha256: sha256Hex(call.body), accessToken };
  const proof = await makeProof(call.proof.key, proven, new Date());
  const body = lie?.part === "body" ? changed(call.body, lie) : call.body;
  const dpop = lie?.part === "proof" ? changed(proof, lie) : proof;
  const headers = {
    authorization: `DPoP ${token}`,
    dpop,
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
  };
  return callRaw(url, "PUT", headers, body);
}

const callOf = (home: Home) => {
  const { request } = door.call({ journal: door.journal });
  return aHostedCall(door.host, home, request, door.agreementId);
};

test("a call of which any single byte of token, proof or body was changed is refused, in 10,000 cases", async () => {
  const calls = homes.map(callOf);
  const first = (home: number) => calls[home] as HostedCall;
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 50, maxLength: 50 }), async (lies) => {
      const answers = await Promise.all(lies.map((lie) => send(first(lie.home), lie)));
      for (const [at, { status, json }] of answers.entries()) {
        expect({ lie: lies[at], status, code: json.code }).toMatchObject({ status: 401, code: "unauthenticated" });
      }
    }),
    { numRuns: 200 },
  );
  const { rows } = await door.host.db.execute(sql`select count(*)::int as n from redeemed_grants`);
  expect(rows).toEqual([{ n: 0 }]);
  // The untouched calls, after all that was tried with them, are taken.
  const answers = await Promise.all(calls.map((call) => send(call)));
  expect(answers.map(({ status }) => status)).toEqual(calls.map(() => 201));
}, 180_000);
