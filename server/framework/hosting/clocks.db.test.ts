import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import type { AgreementDocument } from "#server/protocol/agreement";
import { checkInvariants } from "../check-invariants";
import { askAsOperator, type TestFramework } from "../framework.build";
import { aDoor, type Door } from "../gateway/door.build";
import { aHostedCall, askAbout, askAsHome, type HostedCall, plantAgreement } from "../gateway/hosted-call.build";
import { researcherPseudonym } from "../hub-double.build";
import { until } from "../until.build";

let door: Door;
let host: TestFramework;

const times = { leaseMs: 2500, freshMs: 1500, statusPollMs: 200, inputsMs: 1000 };

beforeAll(async () => {
  door = await aDoor(inject("pgAdminUrl"), { slots: 2, timing: times });
  host = door.host;
});
afterEach(() => {
  door.hub.isAway = false;
  door.hub.narrowed = {};
});
afterAll(async () => {
  const { broken } = await checkInvariants(host.ctx);
  await door.close();
  expect(broken).toEqual([]);
});

const aJournal = () => join(host.folder, `${randomUUID()}.journal`);
const linesOf = async (path: string) => (await readFile(path, "utf8").catch(() => "")).split("\n").filter(Boolean);
const under = (over: Partial<AgreementDocument> = {}) => plantAgreement(host, door.app.name, over);

type Run = { call: HostedCall; journal: string };

async function aRun(agreementId: string, seconds: number, parameters: object = {}): Promise<Run> {
  const journal = aJournal();
  const call = aHostedCall(host, door.home, door.call({ journal, seconds, ...parameters }).request, agreementId);
  expect((await door.put(call)).status).toBe(201);
  return { call, journal };
}
const renew = (...runs: Run[]) => {
  const leases = runs.map(({ call: { runKey, attempt } }) => ({ runKey, attempt }));
  return askAsHome(host, door.home, "/v1/leases", { leases });
};
const look = async ({ call }: Run) => (await askAbout(host, call.home, call, "GET")).json;
const cancel = ({ call }: Run) => askAbout(host, call.home, call, "POST", "/cancel");
const untilSeen = (run: Run, wanted: object) =>
  until(`${JSON.stringify(wanted)} at the host`, async () => {
    const seen = await look(run);
    return Object.entries(wanted).every(([name, value]) => seen[name] === value) && seen;
  });

/** Renews until something else is so, as a home does that lives. */
const keepingAlive = (runs: Run[], what: string, isSo: () => Promise<boolean>) =>
  until(what, async () => {
    await renew(...runs);
    return isSo();
  });

describe("the lease of a home that has gone silent", () => {
  test("hold: what runs goes on to its end; kill: it is stopped; a renewal keeps it alive", async () => {
    const held = await aRun(await under(), 4);
    const killed = await aRun(await under({ onDisconnect: "kill" }), 600);
    await untilSeen(killed, { outcome: "LEASE_EXPIRED", reason: "hosted_run.lease_ended" });
    const renewed = await aRun(await under({ onDisconnect: "kill" }), 600);
    await keepingAlive([renewed], "the other has ended", async () => (await look(held)).outcome === "SUCCEEDED");
    expect(await look(renewed)).toMatchObject({ state: "RUNNING", outcome: null });
    await untilSeen(renewed, { outcome: "LEASE_EXPIRED" });
  });

  test("scenario 18: a queued run never starts after its lease, until home is heard again", async () => {
    const [one, two] = [await aRun(await under(), 600), await aRun(await under(), 600)];
    await untilSeen(one, { state: "RUNNING" });
    await untilSeen(two, { state: "RUNNING" });
    const queued = await aRun(await under(), 0);
    const killed = await aRun(await under({ onDisconnect: "kill" }), 0);
    await untilSeen(killed, { outcome: "LEASE_EXPIRED" });
    await cancel(one);
    await untilSeen(queued, { state: "QUEUED", reason: "hosted_run.lease_ended" });
    // Its place is free for others meanwhile.
    const other = await aRun(await under(), 0);
    await untilSeen(other, { outcome: "SUCCEEDED" });
    expect([await linesOf(queued.journal), await linesOf(killed.journal)]).toEqual([[], []]);
    const answer = await renew(queued, killed);
    expect(answer).toMatchObject({ status: 200, json: { unknown: [] } });
    await untilSeen(queued, { outcome: "SUCCEEDED", reason: null });
    expect(await linesOf(queued.journal)).toHaveLength(1);
    expect(await linesOf(killed.journal)).toEqual([]);
    await cancel(two);
  });

  test("what the host does not know is named, and nobody renews what is another home's", async () => {
    const run = await aRun(await under({ onDisconnect: "kill" }), 600);
    const unknown = { runKey: "a".repeat(64), attempt: 1 };
    const leases = [{ runKey: run.call.runKey, attempt: 1 }, unknown];
    const answer = await askAsHome(host, door.home, "/v1/leases", { leases });
    expect(answer.json.unknown).toEqual([unknown]);
    expect(Date.parse(String(answer.json.leaseUntil))).toBeGreaterThan(Date.now());
    expect((await askAsHome(host, door.stranger, "/v1/leases", { leases })).status).toBe(401);
    await cancel(run);
  });
});

describe("a hub that has gone silent", () => {
  test("ends what the owner would rather end, leaves the rest alone, and nothing starts before it is heard again", async () => {
    const [going, stopped] = [await aRun(await under(), 600), await aRun(await under({ onHubSilent: "kill" }), 600)];
    await untilSeen(stopped, { state: "RUNNING" });
    const queued = await aRun(await under(), 0);
    const empty = await aRun(await under({ onHubSilent: "kill" }), 0, { ghost: aFile });
    door.hub.isAway = true;
    const stale = { outcome: "AUTHORIZATION_STALE", reason: "hosted_run.hub_silent" };
    await keepingAlive([going, queued], "it is ended", async () => (await look(stopped)).outcome !== null);
    expect(await look(stopped)).toMatchObject(stale);
    await keepingAlive([going, queued], "also what had not begun", async () => (await look(empty)).outcome !== null);
    await keepingAlive(
      [going, queued],
      "the queued one says why it waits",
      async () => (await look(queued)).reason === "hosted_run.hub_silent",
    );
    expect(await look(going)).toMatchObject({ state: "RUNNING", outcome: null });
    expect(await linesOf(queued.journal)).toEqual([]);
    const status = await (await askAsOperator(host, "/v1/operator/status")).json();
    expect(status).toMatchObject({ name: "host", hub: { isFresh: false } });
    door.hub.isAway = false;
    await keepingAlive([going, queued], "it ran", async () => (await look(queued)).outcome === "SUCCEEDED");
    await cancel(going);
  });

  test("a framework that has not heard the hub since it began starts nothing, however young it is", async () => {
    // Both places are taken, so that what comes after them waits.
    for (const run of [await aRun(await under(), 600), await aRun(await under(), 600)])
      await untilSeen(run, { state: "RUNNING" });
    const queued = [await aRun(await under(), 600), await aRun(await under(), 0)];
    await host.shutDown();
    door.hub.isAway = true;
    await host.start();
    const [first, second] = queued as [Run, Run];
    await keepingAlive([first, second], "they wait", async () => {
      const seen = await Promise.all([look(first), look(second)]);
      return seen.every(({ reason, state }) => state === "QUEUED" && reason === "hosted_run.hub_silent");
    });
    door.hub.isAway = false;
    await keepingAlive([first, second], "it ran", async () => (await look(second)).outcome === "SUCCEEDED");
    await cancel(first);
  });
});

const aFile = { kind: "file" as const, name: "ghost", sha256: "b".repeat(64), size: 1 };

test("a run whose inputs never come is ended with the reason, and what was set aside for it is given back", async () => {
  const run = await aRun(await under(), 0, { ghost: aFile });
  expect(await look(run)).toMatchObject({ state: "RECEIVED", missing: [aFile.sha256] });
  await untilSeen(run, { outcome: "REJECTED", reason: "hosted_run.inputs_missing" });
  expect((await look(run)).receipt).toBeTypeOf("string");
});

describe("what the hub's signed list says", () => {
  test("T14: ends what runs for people who may do nothing any more, whatever else", async () => {
    const run = await aRun(await under({ onRevoke: "drain" }), 600);
    await untilSeen(run, { state: "RUNNING" });
    door.hub.narrowed = { disabledUsers: [researcherPseudonym] };
    await untilSeen(run, { outcome: "REVOKED", reason: "member.disabled" });
  });

  test("T1: suspends a member: it opens no door, nothing begins for it, what runs goes on, and it is lifted again", async () => {
    const id = await under();
    const [one, two, queued] = [await aRun(id, 600), await aRun(id, 600), await aRun(id, 0)];
    await untilSeen(one, { state: "RUNNING" });
    await untilSeen(two, { state: "RUNNING" });
    door.hub.narrowed = { suspendedClusters: [door.home.name] };
    await until("its calls are refused", async () => (await renew(one)).status === 401);
    const seen = async (run: Run) => {
      const { items } = await (await askAsOperator(host, "/v1/operator/hosted-runs")).json();
      return items.find((row: { runKey: string }) => row.runKey === run.call.runKey);
    };
    expect((await seen(one)).state).toBe("RUNNING");
    expect((await askAsOperator(host, "/v1/operator/peers/home/resume", {})).status).toBe(200);
    expect((await renew(one)).status).toBe(401);
    door.hub.narrowed = {};
    await until("its calls are taken", async () => (await renew(one, two, queued)).status === 200);
    await cancel(one);
    await keepingAlive([queued], "it ran", async () => (await look(queued)).outcome === "SUCCEEDED");
    await cancel(two);
  });

  test("our own operator's suspension is not the hub's to lift", async () => {
    expect((await askAsOperator(host, "/v1/operator/peers/home/suspend", {})).status).toBe(200);
    const asked = door.hub.asked.filter(({ path }) => path === "/status").length;
    await until(
      "the list came twice",
      () => door.hub.asked.filter(({ path }) => path === "/status").length > asked + 1,
    );
    expect((await renew()).status).toBe(401);
    const { peers } = await (await askAsOperator(host, "/v1/operator/peers/home/resume", {})).json();
    expect(peers).toMatchObject([{ name: "home", suspendedAt: null }]);
    expect((await renew()).status).toBe(200);
  });

  test("a suspended agreement lets nothing begin, and what was accepted begins when it is lifted", async () => {
    const [one, two] = [await aRun(await under(), 600), await aRun(await under(), 600)];
    await untilSeen(one, { state: "RUNNING" });
    const id = await under();
    const queued = await aRun(id, 0);
    expect((await askAsOperator(host, `/v1/operator/agreements/${id}/suspend`, {})).status).toBe(200);
    await cancel(one);
    await keepingAlive([two, queued], "it waits", async () => (await look(queued)).reason === "agreement.suspended");
    expect(await linesOf(queued.journal)).toEqual([]);
    expect((await askAsOperator(host, `/v1/operator/agreements/${id}/resume`, {})).status).toBe(200);
    await keepingAlive([two, queued], "it ran", async () => (await look(queued)).outcome === "SUCCEEDED");
    await cancel(two);
  });
});
