import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { verifyOwnChain } from "#server/audit/verify-own-chain";
import type { AppVersion } from "#server/graph/app";
import { callJson } from "#server/protocol/call";
import type { HubPublicKey } from "#server/protocol/key-change";
import { fingerprintOf } from "#server/protocol/keys";
import { exchangeCheckpoints } from "../audit/exchange-checkpoints";
import { ownChain } from "../audit/own-chain";
import { checkInvariants } from "../check-invariants";
import { listRemoteAttempts } from "../exchange/find-remote-attempt";
import { aFramework, askAsOperator, introduce, type TestFramework } from "../framework.build";
import { aHubDouble, type HubDouble } from "../hub-double.build";
import { agree, ask, packMisbehaving, publish, researcher, submit, untilOver } from "../portal.build";
import { verifiedReceipt } from "../transfers/verified-receipt";
import { until } from "../until.build";
import { openHubKeys } from "./follow-hub";
import { relayKeys } from "./relay-keys.build";

/** A day and ten minutes on a clock that runs fast. */
const timing = { keyNoticeMs: 2500, keyOverlapMs: 2500, heartbeatMs: 100, statusPollMs: 100, checkpointMs: 3_600_000 };
let hub: HubDouble;
let home: TestFramework;
let host: TestFramework;
let app: AppVersion;
let agreement: string;
let count = 0;

beforeAll(async () => {
  hub = await aHubDouble();
  home = await aFramework("home", hub, inject("pgAdminUrl"), { timing });
  host = await aFramework("host", hub, inject("pgAdminUrl"), { timing });
  relayKeys(hub, () => [home, host]);
  await introduce(home, host);
  app = await publish(host, await packMisbehaving("count-start"));
  agreement = await agree(host, app.name);
});
afterAll(async () => {
  const checks = [await checkInvariants(home.ctx), await checkInvariants(host.ctx)];
  await home.drop();
  await host.drop();
  await hub.close();
  expect(checks.flatMap(({ broken }) => broken)).toEqual([]);
});

const starts = async (journal: string) =>
  (await readFile(journal, "utf8").catch(() => "")).split("\n").filter(Boolean).length;

/** A run with one remote step that notes each of its starts at the host. */
async function begin(seconds: number) {
  count += 1;
  const journal = join(host.folder, `start-${count}.journal`);
  return { id: await submit(home, { steps: { only: { app, agreement, with: { journal, seconds } } } }), journal };
}
type Begun = Awaited<ReturnType<typeof begin>>;

async function proveStartedOnce(runs: Begun[]): Promise<void> {
  for (const { id, journal } of runs) {
    const view = await untilOver(home, id, 60_000);
    expect({ id, state: view.state, starts: await starts(journal) }).toEqual({ id, state: "SUCCEEDED", starts: 1 });
  }
}

/** Short runs one after the other for as long as something goes on. */
async function stream(goesOn: () => boolean): Promise<Begun[]> {
  const runs: Begun[] = [];
  while (goesOn()) {
    const run = await begin(0);
    runs.push(run);
    await until("it was accepted", async () => (await starts(run.journal)) === 1);
  }
  return runs;
}

/** A decision, its place in home's chain, and the head of that chain in the host's hands. */
async function decideAndTell(): Promise<void> {
  await askAsOperator(home, "/v1/operator/peers/host/suspend", {});
  await askAsOperator(home, "/v1/operator/peers/host/resume", {});
  await until("the entries are chained", async () => {
    const { rows } = await home.db.execute(sql`select 1 from audit_entries where position is null`);
    return rows.length === 0;
  });
  await exchangeCheckpoints(home.ctx, new Map(), 0);
}

async function attemptsOf(runs: Begun[]) {
  return (await Promise.all(runs.map(({ id }) => listRemoteAttempts(home.ctx, id)))).flat();
}

describe("R14: a cluster's key changes under load", () => {
  test("at home and at the host at once: no failure, one start each, what was signed before verifies after", async () => {
    const before = await begin(0);
    await proveStartedOnce([before]);
    const old = { home: home.ctx.jkt, host: host.ctx.jkt };
    await decideAndTell();
    const long = [await begin(6), await begin(6)];
    for (const one of [home, host]) expect((await askAsOperator(one, "/v1/operator/key-change", {})).status).toBe(200);
    let isOver = false;
    const flowing = stream(() => !isOver);
    await until("both have changed", () => home.ctx.jkt !== old.home && host.ctx.jkt !== old.host, 10_000);
    const changedAt = Date.now();
    await until("the old keys open nothing", () => Date.now() > changedAt + timing.keyOverlapMs, 10_000);
    isOver = true;
    const runs = [before, ...long, ...(await flowing)];
    expect(runs.length).toBeGreaterThan(5);
    await proveStartedOnce(runs);
    const attempts = await attemptsOf(runs);
    expect(attempts).toHaveLength(runs.length);
    // No proxy app lost its door.
    expect(attempts.filter(({ proxyCount }) => proxyCount !== 1)).toEqual([]);
    for (const row of attempts) expect(await verifiedReceipt(home.ctx, row)).toMatchObject({ outcome: "SUCCEEDED" });
  });

  test("and the old key opens no door any more, neither for calls nor for its old chain's name", async () => {
    const get = (key: Parameters<typeof callJson>[0]) =>
      callJson(key, { method: "GET", url: `${host.url}/v1/events?waitMs=0` });
    await expect(get(home.key)).rejects.toMatchObject({ kind: "unauthenticated" });
    expect((await get(home.ctx.key)).status).toBe(200);
  });

  test("and the audit chain goes on: it verifies, and the peer holds it under one name", async () => {
    await decideAndTell();
    expect((await verifyOwnChain(home.db, ownChain(home.ctx))).broken).toEqual([]);
    const { rows } = await host.db.execute<{ chain: string; count: string }>(
      sql`select chain, count(*) from audit_checkpoints where chain like 'home/%' group by chain`,
    );
    expect(rows).toEqual([{ chain: `home/${home.jkt}`, count: "2" }]);
  });

  test("and a grant that was given to the old key opens the door after the change", async () => {
    const { jkt } = home.ctx;
    await askAsOperator(home, "/v1/operator/key-change", {});
    const changed = until("home has changed", () => home.ctx.jkt !== jkt, 10_000);
    hub.gate = (path) => (path === "/grants" ? changed.then(() => undefined) : undefined);
    const run = await begin(0);
    await changed;
    hub.gate = () => undefined;
    await proveStartedOnce([run]);
  });

  test("and the fingerprint that people read is the new key's", async () => {
    const text = await readFile(join(home.folder, "fingerprint"), "utf8");
    expect(text.trim()).toBe(fingerprintOf(home.ctx.key).join(" · "));
    expect(home.ctx.jkt).not.toBe(home.jkt);
  });

  test("and a restart knows the same keys", async () => {
    const { jkt } = home.ctx;
    await home.shutDown();
    await home.start();
    expect(home.ctx.jkt).toBe(jkt);
    await proveStartedOnce([await begin(0)]);
  });
});

describe("R14: the hub's key changes under load", () => {
  test("no failure, one start each; agreements that the old key signed go on", async () => {
    const { kid } = hub.publicKey;
    const token = await hub.portalToken("host", researcher);
    const old = hub.key;
    const { key } = await hub.announceKey(1500);
    let isOver = false;
    const flowing = stream(() => !isOver);
    await until("it signs with another key", () => hub.publicKey.kid !== kid, 10_000);
    const changedAt = Date.now();
    await until("nothing that the old one signed lives", () => Date.now() > changedAt + timing.keyOverlapMs, 10_000);
    isOver = true;
    await proveStartedOnce(await flowing);
    expect(host.ctx.hub.keys.newest.kid).toBe(key.kid);
    const late = callJson(hub.portalKey, { method: "GET", url: `${host.url}/v1/apps`, token });
    await expect(late).rejects.toMatchObject({ kind: "unauthenticated" });
    expect((await ask(host, researcher, "GET", "/v1/apps")).status).toBe(200);
    // Whoever stole the old key signs whatever it likes with it.
    hub.key = old;
    const forged = await hub.portalToken("host", researcher);
    hub.key = key;
    await expect(
      callJson(hub.portalKey, { method: "GET", url: `${host.url}/v1/apps`, token: forged }),
    ).rejects.toMatchObject({ kind: "unauthenticated" });
  });

  test("a framework that was cut off from the hub hears of it through a peer", async () => {
    hub.cutOff.add("host");
    const { kid } = hub.publicKey;
    await hub.announceKey(300);
    await until("the hub signs with another key", () => hub.publicKey.kid !== kid, 5000);
    await until("the host knows it", () => host.ctx.hub.keys.newest.kid === hub.publicKey.kid, 10_000);
    hub.cutOff.delete("host");
    await proveStartedOnce([await begin(0)]);
  });

  test("a framework that starts after two changes follows from the first key, and again with the hub away", async () => {
    const [first] = hub.published.keys as HubPublicKey[];
    if (!first) throw new TypeError("the hub has a key");
    const place = { url: hub.url, now: () => new Date(), timing: home.ctx.timing, log: home.ctx.log };
    const wanted = { folder: home.folder, thumbprint: first.kid, waiting: () => undefined };
    const kept = await openHubKeys(place, wanted);
    expect(kept.newest.kid).toBe(hub.publicKey.kid);
    const fresh = await openHubKeys(place, { ...wanted, folder: join(home.folder, "runtime") });
    expect(fresh.kept).toEqual(kept.kept);
    hub.isAway = true;
    const again = await openHubKeys(place, { ...wanted, folder: join(home.folder, "runtime") });
    hub.isAway = false;
    expect(again.kept).toEqual(kept.kept);
  });
});
