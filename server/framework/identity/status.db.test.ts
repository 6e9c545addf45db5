import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, inject, test } from "vitest";
import { callJson } from "#server/protocol/call";
import { aFramework, introduce, type TestFramework } from "../framework.build";
import { plantAgreement } from "../gateway/hosted-call.build";
import { aHubDouble, type HubDouble, statusOf } from "../hub-double.build";
import { ask, researcher } from "../portal.build";
import { until } from "../until.build";

let hub: HubDouble;
let host: TestFramework;
let peer: TestFramework;
const timing = { statusPollMs: 150, freshMs: 1000 };

beforeAll(async () => {
  hub = await aHubDouble();
  host = await aFramework("host", hub, inject("pgAdminUrl"), { timing });
  peer = await aFramework("peer", hub, inject("pgAdminUrl"));
  await introduce(host, peer);
});
afterEach(() => {
  hub.cutOff.clear();
  hub.narrowed = {};
  hub.answers.clear();
});
afterAll(async () => {
  await host.drop();
  await peer.drop();
  await hub.close();
});

const isFresh = () => host.ctx.freshness.isFresh(timing.freshMs);
const asksBy = (cluster: string) => hub.asked.filter((asked) => asked.path === "/status" && asked.cluster === cluster);
const forHost = () => asksBy("peer").filter(({ json }) => (json as { host: string }).host === "host");
const untilStale = () => until("its word has grown old", () => !isFresh());
const untilAskedAgain = async () => {
  const before = asksBy("host").length;
  await until("the hub was asked again", () => asksBy("host").length > before + 1);
};

test("a host that is cut off from the hub hears it through a peer, and what it hears counts the same", async () => {
  const id = await plantAgreement(host, "app");
  hub.cutOff.add("host");
  hub.narrowed = { revokedAgreements: [id] };
  const before = forHost().length;
  await until("a peer asked for it", () => forHost().length > before + 1);
  await until("the revocation came through", async () => {
    const { rows } = await host.db.execute<{ state: string }>(`select state from agreements where id = '${id}'`);
    return rows[0]?.state === "REVOKED";
  });
  expect(isFresh()).toBe(true);
});

test("a host that is told of news asks at once, long before its next turn, and believes only the hub's answer", async () => {
  const id = await plantAgreement(peer, "app");
  const stateOf = async () =>
    (await peer.db.execute<{ state: string }>(`select state from agreements where id = '${id}'`)).rows[0]?.state;
  const tell = () => ask(peer, researcher, "POST", "/v1/status-checks", {});
  const before = asksBy("peer").length;
  await tell();
  expect(asksBy("peer").length).toBeGreaterThan(before);
  expect(await stateOf()).toBe("ACTIVE");
  hub.narrowed = { revokedAgreements: [id] };
  await tell();
  expect(await stateOf()).toBe("REVOKED");
});

test("T1: a cluster that the hub suspends is refused within five seconds of the hub's word, whatever the poll's pace", async () => {
  const call = () => callJson(host.key, { method: "POST", url: `${peer.url}/v1/leases`, json: { leases: [] } });
  expect((await call()).status).toBe(200);
  hub.narrowed = { suspendedClusters: ["host"] };
  const since = Date.now();
  await ask(peer, researcher, "POST", "/v1/status-checks", {});
  await expect(call()).rejects.toMatchObject({ kind: "unauthenticated" });
  expect(Date.now() - since).toBeLessThan(5000);
  hub.narrowed = {};
  await ask(peer, researcher, "POST", "/v1/status-checks", {});
  expect((await call()).status).toBe(200);
});

test("neither hub nor peer: its word grows old", async () => {
  await until("fresh", isFresh);
  hub.cutOff.add("host").add("peer");
  await untilStale();
  hub.cutOff.clear();
  await until("fresh again", isFresh);
});

test.each<{ given: string; answer: (asked: { nonce: string; host: string }) => Promise<string> }>([
  { given: "an answer to another question", answer: (asked) => statusOf(hub, { ...asked, nonce: randomUUID() }) },
  { given: "an answer for another host", answer: (asked) => statusOf(hub, { ...asked, host: "peer" }) },
  { given: "an answer that somebody else signed", answer: async (asked) => statusOf(await aHubOf(asked.host), asked) },
  { given: "no signature at all", answer: async () => "x.y.z" },
])("$given is no fresh word, whoever brings it", async ({ answer }) => {
  hub.answers.set("/status", async (json) => ({ status: await answer(json as { nonce: string; host: string }) }));
  await untilStale();
  await untilAskedAgain();
  expect(isFresh()).toBe(false);
  hub.answers.clear();
  await until("fresh again", isFresh);
});

const aHubOf = async (url: string) => {
  const other = await aHubDouble();
  await other.close();
  return { ...other, url };
};

const aPromise = () => {
  let keep = () => {};
  const promise = new Promise<void>((resolve) => {
    keep = resolve;
  });
  return { promise, keep };
};

test("the age of a word is counted from when it was asked for, not from when it came", async () => {
  const [first, rest] = [aPromise(), aPromise()];
  const ageMs = () => host.ctx.freshness.ageMs();
  let isFirst = true;
  hub.cutOff.add("peer");
  hub.gate = (path) => {
    if (path !== "/status" || hub.asked.at(-1)?.cluster !== "host") return undefined;
    const held = isFirst ? first : rest;
    isFirst = false;
    return held.promise;
  };
  await until("it has asked", () => !isFirst);
  const askedAt = performance.now();
  await until("half a second goes by", () => performance.now() - askedAt > 500);
  let before = ageMs();
  first.keep();
  const heard = await until("the word came", () => {
    const [older, now] = [before, ageMs()];
    before = now;
    return now < older && now;
  });
  expect(heard).toBeGreaterThanOrEqual(500);
  hub.gate = () => undefined;
  rest.keep();
});
