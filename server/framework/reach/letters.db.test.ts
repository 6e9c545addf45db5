import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import type { Transport } from "#server/protocol/call";
import { certifyEncryptionKey, readEncryptionCertificate } from "#server/protocol/encryption-certificate";
import { makeSigningKey, publicPart } from "#server/protocol/keys";
import { sealLetter } from "#server/protocol/letter-seal";
import type { Letter, SealedLetter } from "#server/protocol/reach";
import type { TestFramework } from "../framework.build";
import { fetchBytes, researcher, stepOf, submitAndEnd } from "../portal.build";
import { until } from "../until.build";
import { aPair, aTurn, type Pair } from "./reach.build";
import { takeLetter } from "./take-letter";

const mebibyte = 1024 * 1024;
const canary = "kanarie-71c2-앵무새";

let pair: Pair;
beforeAll(async () => {
  pair = await aPair(inject("pgAdminUrl"), { home: true, host: true });
});
afterEach(() => {
  pair.hub.mailbox.deliver = (letter) => [letter];
  pair.hub.answers.clear();
});
afterAll(async () => {
  expect(await pair.drop()).toEqual([]);
});

const letters = () => pair.hub.mailbox.letters;
const turnedBack = (content: Buffer) => Buffer.from(content).reverse();

/** A text as it is, and in each of the ways in which it can stand inside of base64. */
function traces(text: string): string[] {
  const bytes = Buffer.from(text);
  const shifted = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .slice(shift === 0 ? 0 : 4, -4),
  );
  const spelled = shifted.map((one) => one.replace(/\+/g, "-").replace(/\//g, "_"));
  // A few letters stand in any large random text.
  return [text, bytes.toString("hex"), ...shifted, ...spelled].filter(({ length }) => length >= 8);
}

test("6 MiB travel both ways, and the hub sees nothing of parameters, files, log and headers", async () => {
  const content = Buffer.alloc(6 * mebibyte, `${canary} in the file\n`);
  const { drawn, starts } = await aTurn(pair, { content, secret: `${canary} in a parameter` });
  const before = letters().length;
  const view = await submitAndEnd(pair.home, drawn, 60_000);
  expect(stepOf(view, "only")).toMatchObject({ state: "SUCCEEDED", attempt: 1 });
  expect(await starts()).toBe(1);
  const { sha256 } = view.outputs[0]?.files[0] ?? { sha256: "" };
  const turned = await fetchBytes(pair.home, researcher, `/v1/runs/${view.id}/files/${sha256}`);
  expect(turned.equals(turnedBack(content))).toBe(true);

  expect(letters().length - before).toBeGreaterThan(24);
  const parts = letters().flatMap(({ sealed }) =>
    sealed.split(".").map((part) => Buffer.from(part, "base64url").toString("latin1")),
  );
  const stored = [JSON.stringify(pair.hub.asked), ...parts].join("\n");
  const wanted = [
    canary,
    turnedBack(Buffer.from(canary)).toString("latin1"),
    "/v1/hosted-runs",
    "dpop+jwt",
    "줄 7 of the log",
  ];
  const found = wanted.flatMap(traces).filter((trace) => stored.includes(trace));
  expect(found).toEqual([]);
}, 90_000);

describe("a larger file", () => {
  test("is refused before any byte of it leaves, with both sizes", async () => {
    const { drawn, starts } = await aTurn(pair, { content: Buffer.alloc(9 * mebibyte, "x") });
    const before = letters().reduce((sum, { sealed }) => sum + sealed.length, 0);
    const view = await submitAndEnd(pair.home, drawn, 60_000);
    expect(stepOf(view, "only")).toMatchObject({
      state: "FAILED",
      end: "REJECTED",
      reason: { code: "no_route", detail: { files: ["입력.bin"], sizeBytes: 9 * mebibyte, maxBytes: 8 * mebibyte } },
    });
    expect(await starts()).toBe(0);
    expect(letters().reduce((sum, { sealed }) => sum + sealed.length, 0) - before).toBeLessThan(100_000);
  }, 70_000);

  test("that an app made stays where it is: what cannot come home is refused, and nothing starts again", async () => {
    const { drawn, starts } = await aTurn(pair, { content: Buffer.alloc(3 * mebibyte, "y"), grow: 3 });
    const view = await submitAndEnd(pair.home, drawn, 60_000);
    expect(stepOf(view, "only")).toMatchObject({
      end: "RESULTS_REFUSED",
      reason: { code: "no_route", detail: { sizeBytes: 9 * mebibyte, maxBytes: 8 * mebibyte } },
    });
    expect(await starts()).toBe(1);
  }, 70_000);
});

/** Where nothing may come through. */
const shut = () => {
  const passed: string[] = [];
  const gate: Transport = async (url) => {
    passed.push(url);
    return Response.json({});
  };
  return { gate, passed };
};
const newest = (to: string): SealedLetter => {
  const found = letters().findLast((letter) => letter.to === to);
  if (!found) throw new Error(`no letter to ${to}`);
  return found;
};

async function refuses(framework: TestFramework, letter: SealedLetter): Promise<void> {
  const { gate, passed } = shut();
  await expect(takeLetter(framework.ctx, gate, letter)).rejects.toMatchObject({ kind: "unauthenticated" });
  expect(passed).toEqual([]);
}

describe("T15: what a hub gone bad makes of letters is refused:", () => {
  beforeAll(async () => {
    const { drawn } = await aTurn(pair, { content: Buffer.from("warm up") });
    await submitAndEnd(pair.home, drawn, 60_000);
  });

  test("one of them a second time", async () => {
    await refuses(pair.host, newest("host"));
    await refuses(pair.home, newest("home"));
  });

  test("one with a changed character", async () => {
    const letter = newest("host");
    const at = Math.floor(letter.sealed.length / 2);
    const other = letter.sealed[at] === "A" ? "B" : "A";
    await refuses(pair.host, { ...letter, sealed: letter.sealed.slice(0, at) + other + letter.sealed.slice(at + 1) });
  });

  test("one to somebody else, or under another name", async () => {
    await refuses(pair.home, { ...newest("host"), from: "host", to: "home" });
    await refuses(pair.host, { ...newest("host"), id: randomUUID() });
  });

  const aForgery = async (over: Partial<Letter>) => {
    const certificate = pair.hub.mailbox.members.get("host")?.encryptionKey ?? "";
    const { key: to } = await readEncryptionCertificate(
      [{ key: publicPart(pair.host.key), until: undefined }],
      "host",
      certificate,
    );
    const letter: Letter = {
      schema: "krdc.letter/v1",
      id: randomUUID(),
      from: "home",
      to: "host",
      seq: Number.MAX_SAFE_INTEGER - 1,
      expires: new Date(Date.now() + 20_000).toISOString(),
      content: { kind: "call", method: "GET", path: "/v1/events?after=0", headers: {}, body: "" },
      ...over,
    };
    return { letter, to };
  };

  test("one of its own making, in the name of a peer", async () => {
    const { letter, to } = await aForgery({});
    await refuses(pair.host, await sealLetter(letter, await makeSigningKey(), to));
  });

  test("one in the name of a framework that its operator does not know", async () => {
    const { letter, to } = await aForgery({ from: "stranger" });
    const { gate, passed } = shut();
    const sealed = await sealLetter(letter, await makeSigningKey(), to);
    await expect(takeLetter(pair.host.ctx, gate, sealed)).rejects.toMatchObject({ reason: "peer.not_accepted" });
    expect(passed).toEqual([]);
  });

  test("an answer that a peer gives to nothing that was asked", async () => {
    const content = { kind: "answer" as const, inReplyTo: randomUUID(), status: 200, headers: {}, body: "" };
    const { letter, to } = await aForgery({ content, seq: pair.home.ctx.reach.letters.nextSeq("host", new Date()) });
    await refuses(pair.host, await sealLetter(letter, pair.home.key, to));
  });

  test("every letter twice, and an old one after each new one, while a run goes on: it starts once all the same", async () => {
    const old = letters().slice(-40);
    pair.hub.mailbox.deliver = (letter) => [letter, letter, ...old.filter(({ to }) => to === letter.to).slice(0, 3)];
    const { drawn, starts } = await aTurn(pair, { content: Buffer.from("twice") });
    const view = await submitAndEnd(pair.home, drawn, 60_000);
    expect(stepOf(view, "only")).toMatchObject({ state: "SUCCEEDED", attempt: 1 });
    expect(await starts()).toBe(1);
  }, 70_000);

  test("two in each other's place: the later one counts, the one that it overtook does not", async () => {
    let held: SealedLetter | undefined;
    const overtaken: SealedLetter[] = [];
    pair.hub.mailbox.deliver = (letter) => {
      if (letter.to !== "host" || overtaken.length > 0) return [letter];
      const before = held;
      held = letter;
      if (!before) return [];
      overtaken.push(before);
      return [letter, before];
    };
    const { drawn, starts } = await aTurn(pair, { content: Buffer.from("order") });
    const view = await submitAndEnd(pair.home, drawn, 90_000);
    expect(stepOf(view, "only")).toMatchObject({ state: "SUCCEEDED", attempt: 1 });
    expect(await starts()).toBe(1);
    await refuses(pair.host, overtaken[0] ?? newest("host"));
  }, 100_000);
});

describe("of what the hub tells about a peer", () => {
  const certificates = async () =>
    (await pair.home.db.execute<{ gateway: string; key: string }>("select gateway, encryption_key as key from peers"))
      .rows;

  test.each<{ what: string; tell: () => Promise<object> }>([
    { what: "another's mailbox", tell: async () => ({ gateway: "mailbox://home" }) },
    {
      what: "a key for seals that it made itself",
      tell: async () => {
        const own = await makeSigningKey();
        return { encryptionKey: await certifyEncryptionKey(own, { cluster: "host" }, own, new Date()) };
      },
    },
    {
      what: "a key for seals that another peer certified",
      tell: async () => ({
        encryptionKey: await certifyEncryptionKey(pair.home.key, { cluster: "host" }, pair.home.key, new Date()),
      }),
    },
  ])("$what is not taken", async ({ tell }) => {
    const before = await certificates();
    const told = { name: "host", gateway: "mailbox://host", key: publicPart(pair.host.key), ...(await tell()) };
    let beats = 0;
    pair.hub.answers.set("/heartbeats", (_json, cluster) => {
      if (cluster === "home") beats += 1;
      return { state: "ACTIVE", time: new Date().toISOString(), peers: cluster === "home" ? [told] : [] };
    });
    await until("it was told twice", () => beats > 2);
    expect(await certificates()).toEqual(before);
  });
});
