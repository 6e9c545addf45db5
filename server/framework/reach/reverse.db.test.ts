import { createHash, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { callJson, callStream, sendStream } from "#server/protocol/call";
import { makeSigningKey, type PrivateKey } from "#server/protocol/keys";
import { answerHeader, type WaitingCall } from "#server/protocol/reach";
import { reverseTransport } from "#server/protocol/reverse-transport";
import { askAsOperator } from "../framework.build";
import { ask, look, researcher, stepOf, submit, submitAndEnd, untilOver, untilStep } from "../portal.build";
import { streamFromHost } from "../transfers/call-host";
import { until } from "../until.build";
import { aPair, aTurn, type Pair } from "./reach.build";

const mebibyte = 1024 * 1024;
let pair: Pair;
beforeAll(async () => {
  pair = await aPair(inject("pgAdminUrl"), { host: true });
});
afterEach(() => {
  pair.home.relay.fate = () => "pass";
});
afterAll(async () => {
  expect(await pair.drop()).toEqual([]);
});

/** What home asks of its host, in order. */
function listen(): { path: string; range: string | undefined }[] {
  const { calls } = pair.home.ctx.reach;
  const asked: { path: string; range: string | undefined }[] = [];
  const before = calls.ask.bind(calls);
  calls.ask = (recipient, outgoing) => {
    asked.push({ path: outgoing.path, range: outgoing.headers.range });
    return before(recipient, outgoing);
  };
  return asked;
}

test("a large output flows home through a bounded memory, and a broken wire costs what had not come yet", async () => {
  const asked = listen();
  pair.home.relay.fate = ({ path }) => (path.endsWith("/answer") ? { of: "request", cutAfter: 80 * mebibyte } : "pass");
  const content = randomBytes(mebibyte);
  const { drawn, starts } = await aTurn(pair, { content, grow: 200 });
  const id = await submit(pair.home, drawn);
  const before = process.memoryUsage().rss;
  let most = before;
  const view = await until(
    "it is over",
    async () => {
      most = Math.max(most, process.memoryUsage().rss);
      const seen = await look(pair.home, id);
      return seen.state === "SUCCEEDED" && seen;
    },
    60_000,
  );
  const hash = createHash("sha256");
  for (let count = 0; count < 200; count += 1) hash.update(Buffer.from(content).reverse());
  expect(view.outputs[0]?.files[0]).toMatchObject({ size: 200 * mebibyte, sha256: hash.digest("hex") });
  const ranges = asked
    .filter(({ path }) => path.includes("/outputs/"))
    .map(({ range }) => Number(/\d+/.exec(range ?? "0")?.[0]));
  expect(ranges).toHaveLength(3);
  expect(ranges[1]).toBeGreaterThan(40 * mebibyte);
  expect(ranges[2]).toBeGreaterThan(120 * mebibyte);
  expect(await starts()).toBe(1);
  expect((most - before) / mebibyte).toBeLessThan(100);
}, 90_000);

test.each(["home", "host"] as const)(
  "a %s that is killed in the middle and comes back ends the run with one start",
  async (who) => {
    const { drawn, sign, starts } = await aTurn(pair, { content: Buffer.from("again"), waits: true });
    const id = await submit(pair.home, drawn);
    await untilStep(pair.home, id, "only", "REMOTE_RUNNING");
    await pair[who].crash();
    await pair[who].start();
    await writeFile(sign, "");
    const view = await untilOver(pair.home, id, 60_000);
    expect(stepOf(view, "only")).toMatchObject({ state: "SUCCEEDED", attempt: 1 });
    expect(await starts()).toBe(1);
  },
  70_000,
);

describe("calls that wait at a gateway", () => {
  const next = (key: PrivateKey, json: unknown = { taken: [] }, timeoutMs = 20_000) =>
    callJson(key, { method: "POST", url: `${pair.home.url}/v1/reverse-calls/next`, json, timeoutMs });

  /** While the host is away somebody else may try to have what waits for it. */
  const whileHostIsAway = async (work: (taken: () => Promise<WaitingCall>) => Promise<void>) => {
    await pair.host.crash();
    const patience = new AbortController();
    const waiting = streamFromHost(pair.home.ctx, "host", {
      method: "GET",
      path: "/v1/health",
      signal: patience.signal,
    });
    const settled = waiting.then((answer) => answer.text()).catch((error: unknown) => error);
    const take = async () => {
      const { body } = await next(pair.host.key);
      const call = (body as { calls: WaitingCall[] }).calls.find(({ path }) => path === "/v1/health");
      if (!call) throw new Error("the call does not wait");
      return call;
    };
    try {
      await work(take);
    } finally {
      patience.abort();
      await settled;
      await pair.host.start();
    }
    return settled;
  };

  const at = (id: string, what: string) => `${pair.home.url}/v1/reverse-calls/${id}/${what}`;
  const head = Buffer.from(JSON.stringify({ status: 200, headers: {} })).toString("base64url");
  const bring = (key: PrivateKey, id: string, headers: Record<string, string> = { [answerHeader]: head }) =>
    sendStream(key, { method: "PUT", url: at(id, "answer"), body: Buffer.from("{}"), headers });

  test("are shown to an accepted framework only", async () => {
    const stranger = await makeSigningKey();
    await expect(next(stranger)).rejects.toMatchObject({ kind: "unauthenticated" });
    await expect(callStream(stranger, { method: "GET", url: at("x", "body") })).rejects.toMatchObject({
      kind: "unauthenticated",
    });
    await expect(bring(stranger, "x")).rejects.toMatchObject({ kind: "unauthenticated" });
    await expect(next(pair.host.key, { taken: [], more: 1 })).rejects.toMatchObject({ reason: "request.invalid" });
  });

  test("are its own: another peer neither finds nor answers them", async () => {
    const other = await makeSigningKey();
    const { kty, crv, x, y } = other;
    const peers = [{ name: "other", jwk: { kty, crv, x, y }, gateway: "mailbox://other" }];
    expect((await askAsOperator(pair.home, "/v1/operator/peers", { peers })).status).toBe(200);
    await whileHostIsAway(async (take) => {
      await expect(next(other, { taken: [] }, 300)).rejects.toMatchObject({ reason: "peer.unreachable" });
      const { id } = await take();
      await expect(bring(other, id)).rejects.toMatchObject({ kind: "not_found" });
      await expect(callStream(other, { method: "GET", url: at(id, "body") })).rejects.toMatchObject({
        kind: "not_found",
      });
      await expect(bring(pair.host.key, id, { [answerHeader]: "???" })).rejects.toMatchObject({ kind: "invalid" });
      await expect(bring(pair.host.key, id)).resolves.toMatchObject({ status: 200 });
      await expect(bring(pair.host.key, id)).rejects.toMatchObject({ kind: "not_found" });
    });
  });

  test("end for a framework that its operator suspends", async () => {
    const { status } = await askAsOperator(pair.home, "/v1/operator/peers/host/suspend", {});
    expect(status).toBe(200);
    await expect(next(pair.host.key)).rejects.toMatchObject({ kind: "unauthenticated" });
    expect((await askAsOperator(pair.home, "/v1/operator/peers/host/resume", {})).status).toBe(200);
  });

  test("of a mailbox in another's name are never accepted", async () => {
    const { kty, crv, x, y } = await makeSigningKey();
    const peers = [{ name: "third", jwk: { kty, crv, x, y }, gateway: "mailbox://host" }];
    const answer = await askAsOperator(pair.home, "/v1/operator/peers", { peers });
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: "peer.wrong_mailbox" }]);
  });
});

test("the portal's calls wait at the hub and pass the same door: with its user's token, or not at all", async () => {
  const transport = reverseTransport(pair.hub.mailbox.calls, "host");
  const throughHub = { ...pair.host, transport };
  const content = randomBytes(3 * mebibyte);
  const { body } = await ask(throughHub, researcher, "GET", "/v1/check");
  expect(body).toMatchObject({ broken: [] });
  const token = await pair.hub.portalToken("host", researcher);
  const url = `${pair.host.url}/v1/uploads?name=x`;
  const sent = await sendStream(pair.hub.portalKey, { method: "PUT", url, token, body: content, transport });
  expect(sent.body).toMatchObject({ sha256: createHash("sha256").update(content).digest("hex") });
  const forHome = await pair.hub.portalToken("home", researcher);
  await expect(
    callJson(pair.hub.portalKey, { method: "GET", url: `${pair.host.url}/v1/check`, token: forHome, transport }),
  ).rejects.toMatchObject({ kind: "unauthenticated" });
});

test("a host that went away for good is unreachable after the call's own patience", async () => {
  const { drawn } = await aTurn(pair, { content: Buffer.from("x") });
  const view = await submitAndEnd(pair.home, drawn, 60_000);
  expect(view.state).toBe("SUCCEEDED");
  await pair.host.shutDown();
  const askedAt = performance.now();
  const asked = streamFromHost(pair.home.ctx, "host", { method: "GET", path: "/v1/health", timeoutMs: 200 });
  await expect(asked).rejects.toMatchObject({ reason: "peer.unreachable", retryable: true });
  expect(performance.now() - askedAt).toBeLessThan(10_000);
  await pair.host.start();
}, 70_000);
