import { randomUUID } from "node:crypto";
import { CompactEncrypt, compactDecrypt, importJWK } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { certifyEncryptionKey, readEncryptionCertificate } from "./encryption-certificate";
import { makeSigningKey, type PrivateKey, publicPart } from "./keys";
import { openLetter, sealLetter } from "./letter-seal";
import { type Letter, letterType, type SealedLetter } from "./reach";
import { signDocument } from "./signed-document";

const now = new Date("2026-05-04T03:02:01Z");
const canary = "카나리아-canary-7261";
let [alice, bob, bobSeal, mallory]: PrivateKey[] = [];
const key = (found: PrivateKey | undefined): PrivateKey => {
  if (!found) throw new Error("no key");
  return found;
};

beforeAll(async () => {
  [alice, bob, bobSeal, mallory] = await Promise.all([1, 2, 3, 4].map(makeSigningKey));
});

const aLetter = (over: Partial<Letter> = {}): Letter => ({
  schema: "krdc.letter/v1",
  id: randomUUID(),
  from: "alice",
  to: "bob",
  seq: 1,
  expires: new Date(now.getTime() + 20_000).toISOString(),
  content: { kind: "call", method: "PUT", path: "/v1/x?y=1", headers: { dpop: canary }, body: btoa("canary") },
  ...over,
});
const seal = (letter: Letter, by = key(alice)) => sealLetter(letter, by, publicPart(key(bobSeal)));
const open = (sealed: SealedLetter, at = now) =>
  openLetter(
    sealed,
    { name: "alice", keys: [{ key: publicPart(key(alice)), until: undefined }] },
    { name: "bob", encryptionKey: key(bobSeal), now: at },
  );
const refused = (sealed: SealedLetter, at?: Date) =>
  expect(open(sealed, at)).rejects.toMatchObject({ reason: "signature.invalid" });

test("what was sealed is what is opened, and its carrier reads nothing of it", async () => {
  const letter = aLetter();
  const sealed = await seal(letter);
  expect(await open(sealed)).toEqual(letter);
  expect(JSON.stringify(sealed)).not.toContain(canary);
  const parts = sealed.sealed.split(".").map((part) => Buffer.from(part, "base64url").toString("utf8"));
  expect(parts.join()).not.toContain(canary);
});

test("each changed character is refused", async () => {
  const sealed = await seal(aLetter());
  const places = Array.from({ length: sealed.sealed.length }, (_, at) => at).filter((at) => at % 7 === 0);
  for (const at of [...places, sealed.sealed.length - 1]) {
    if (sealed.sealed[at] === ".") continue;
    const other = sealed.sealed[at] === "A" ? "B" : "A";
    await refused({ ...sealed, sealed: sealed.sealed.slice(0, at) + other + sealed.sealed.slice(at + 1) });
  }
});

test("the same bytes in another spelling are refused too", async () => {
  const sealed = await seal(aLetter());
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const other = letters[letters.indexOf(sealed.sealed.at(-1) ?? "") ^ 1];
  const spelled = sealed.sealed.slice(0, -1) + other;
  const bytes = (text: string) => Buffer.from(text.split(".").at(-1) ?? "", "base64url");
  expect(bytes(spelled).equals(bytes(sealed.sealed))).toBe(true);
  await refused({ ...sealed, sealed: spelled });
});

describe("refused is", () => {
  test("a letter under another cover: another id, sender or recipient", async () => {
    const sealed = await seal(aLetter());
    for (const cover of [{ id: randomUUID() }, { from: "mallory" }, { to: "carol" }]) {
      await refused({ ...sealed, ...cover });
    }
  });

  test("a letter to somebody else, or in somebody else's name, whatever its cover says", async () => {
    for (const over of [{ to: "carol" }, { from: "carol" }]) {
      await refused({ ...(await seal(aLetter(over))), from: "alice", to: "bob" });
    }
  });

  test("a letter that another key signed, such as the hub's own", async () => {
    await refused(await seal(aLetter(), key(mallory)));
  });

  test("a letter whose time is over, clocks that differ a little allowed for", async () => {
    const sealed = await seal(aLetter());
    await expect(open(sealed, new Date(now.getTime() + 44_000))).resolves.toBeDefined();
    await refused(sealed, new Date(now.getTime() + 46_000));
  });

  test("a letter of theirs to somebody else that was sealed to us again", async () => {
    const stolen = await signDocument(key(alice), letterType, aLetter({ to: "carol" }));
    const sealed = await new CompactEncrypt(new TextEncoder().encode(stolen))
      .setProtectedHeader({ alg: "ECDH-ES+A256KW", enc: "A256GCM" })
      .encrypt(await importJWK(publicPart(key(bobSeal)), "ECDH-ES+A256KW"));
    await refused({ ...(await seal(aLetter())), sealed });
  });

  test("a weaker seal than the one that was agreed upon", async () => {
    const good = await seal(aLetter());
    const { plaintext } = await compactDecrypt(good.sealed, await importJWK(key(bobSeal), "ECDH-ES+A256KW"));
    const sealed = await new CompactEncrypt(plaintext)
      .setProtectedHeader({ alg: "ECDH-ES", enc: "A128CBC-HS256" })
      .encrypt(await importJWK(publicPart(key(bobSeal)), "ECDH-ES"));
    await refused({ ...good, sealed });
  });
});

describe("a key for seals counts only", () => {
  test("under the signature of its own cluster's identity key", async () => {
    const certificate = await certifyEncryptionKey(key(bob), { cluster: "bob" }, key(bobSeal), now);
    expect(
      await readEncryptionCertificate([{ key: publicPart(key(bob)), until: undefined }], "bob", certificate),
    ).toMatchObject({ cluster: "bob", key: publicPart(key(bobSeal)) });
  });

  test.each([
    ["signed by somebody else", () => certifyEncryptionKey(key(mallory), { cluster: "bob" }, key(mallory), now)],
    ["for another cluster", () => certifyEncryptionKey(key(bob), { cluster: "carol" }, key(bobSeal), now)],
    ["signed as something else", () => signDocument(key(bob), letterType, { cluster: "bob" })],
  ])("and never when it is %s", async (_what, make) => {
    const certificate = await make();
    await expect(
      readEncryptionCertificate([{ key: publicPart(key(bob)), until: undefined }], "bob", certificate),
    ).rejects.toMatchObject({
      reason: "signature.invalid",
    });
  });
});
