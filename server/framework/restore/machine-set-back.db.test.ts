import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { signHead } from "#server/audit/checkpoint";
import { verifyOwnChain } from "#server/audit/verify-own-chain";
import { ownChain } from "../audit/own-chain";
import type { TestFramework } from "../framework.build";
import type { HubDouble } from "../hub-double.build";
import { agree, stepOf, submit, untilOver } from "../portal.build";
import { until } from "../until.build";
import { noticeRestore } from "./notice-restore";
import {
  aPair,
  counted,
  hostedOf,
  linesOf,
  type Pair,
  queuedOnce,
  restoresOf,
  untilRemembered,
  untilSettled,
} from "./pair.build";
import { rememberHead } from "./remember-head";

let pair: Pair;
let hub: HubDouble;
let home: TestFramework;
let host: TestFramework;

beforeAll(async () => {
  pair = await aPair(inject("pgAdminUrl"));
  ({ hub, home, host } = pair);
});
afterEach(() => pair.calm());
afterAll(() => pair.close());

const chainedUpTo = async (framework: TestFramework) => {
  const { rows } = await framework.db.execute<{ at: number; open: number }>(
    sql`select max(position)::int as at, count(*) filter (where position is null)::int as open from audit_entries`,
  );
  return rows[0]?.open === 0 ? rows[0].at : undefined;
};

describe("R13: the folder is set back together with the database", { timeout: 180_000 }, () => {
  const heldByHome = async () =>
    (
      await home.db.execute<{ at: number }>(
        sql`select coalesce(max(position), 0)::int as at from audit_checkpoints where chain like 'host/%'`,
      )
    ).rows[0]?.at ?? 0;

  test("a peer's checkpoint shows it before anything begins, and what may have been begun is never begun again", async () => {
    const { journal, drawn } = counted(pair, "snapshot");
    const { id, release } = await queuedOnce(pair, drawn);
    const backup = await pair.copy(host, true);
    host.relay.fate = ({ path }) => (path.startsWith("/v1/events") || path.includes("/hosted-runs/") ? "cut" : "pass");
    host.relay.breakAll();
    release();
    await host.start();
    await until("it ended", async () => (await hostedOf(pair, id))[0]?.outcome === "SUCCEEDED");
    const lines = (await linesOf(journal)).length;
    await until("home holds the head", async () => (await heldByHome()) === (await chainedUpTo(host)));
    await host.crash();
    await backup.putBack();
    expect(await linesOf(journal)).toEqual([]);
    host.relay.fate = () => "pass";
    const known = (await restoresOf(host)).length;
    await host.start();
    await until("it is noticed", async () => (await restoresOf(host)).length > known);
    expect((await untilSettled(host)).evidence.by).toBe("home");
    const view = await untilOver(home, id, 30_000);
    expect(stepOf(view, "only")).toMatchObject({ state: "FAILED", end: "LOST_ON_HOST" });
    expect([lines, await linesOf(journal)]).toEqual([1, []]);
  });

  test("a home that is suspended while all others are read again is read when it comes back, before anything begins for it", async () => {
    const { journal, drawn } = counted(pair, "suspended meanwhile");
    const { id, release } = await queuedOnce(pair, drawn);
    const backup = await pair.copy(host, true);
    host.relay.fate = ({ path }) => (path.startsWith("/v1/events") || path.includes("/hosted-runs/") ? "cut" : "pass");
    host.relay.breakAll();
    release();
    await host.start();
    await until("it ended", async () => (await hostedOf(pair, id))[0]?.outcome === "SUCCEEDED");
    await until("home holds the head", async () => (await heldByHome()) === (await chainedUpTo(host)));
    await host.crash();
    await backup.putBack();
    host.relay.fate = () => "pass";
    hub.narrowed = { suspendedClusters: ["home"] };
    const known = (await restoresOf(host)).length;
    await host.start();
    await until("it is noticed", async () => (await restoresOf(host)).length > known);
    expect(Object.keys((await untilSettled(host)).evidence.done)).not.toContain("peer:home");
    hub.narrowed = {};
    const view = await untilOver(home, id, 30_000);
    expect(stepOf(view, "only")).toMatchObject({ state: "FAILED", end: "LOST_ON_HOST" });
    expect(await linesOf(journal)).toEqual([]);
  });

  test("what is remembered beside the database is written whole by many at once, and a file that is nothing stops no start", async () => {
    const file = join(host.folder, "audit-head.json");
    await rm(file);
    await Promise.all(Array.from({ length: 20 }, () => rememberHead(host.ctx)));
    const before = JSON.parse(await readFile(file, "utf8"));
    await host.crash();
    await writeFile(file, "");
    await host.start();
    await untilRemembered(host);
    expect(JSON.parse(await readFile(file, "utf8")).position).toBeGreaterThanOrEqual(before.position);
  });

  test("somebody else's word that we were set back is not believed: only our own signature shows it", async () => {
    const before = (await restoresOf(host)).length;
    const forged = await signHead(home.key, {
      chain: "host",
      position: 100_000,
      hash: "f".repeat(64),
      at: new Date().toISOString(),
    });
    hub.answers.set("/checkpoints", () => ({ position: 1, held: forged }));
    await host.crash();
    await host.start();
    await until("it was told", () =>
      hub.asked.some(({ path, cluster }) => path === "/checkpoints" && cluster === "host"),
    );
    await until("its word is fresh", () => host.ctx.freshness.isFresh(host.ctx.timing.freshMs));
    expect(await restoresOf(host)).toHaveLength(before);
  });
});

test("R13: after a start nothing of our own begins before the others were asked once, whether or not they answer", async () => {
  const journal = join(home.folder, "asked-first.journal");
  hub.gate = (path) => (path.startsWith("/checkpoint") ? new Promise(() => undefined) : undefined);
  await home.crash();
  await home.start();
  const id = await submit(home, { steps: { only: { app: pair.local, with: { journal } } } });
  await until("the others were asked", () => home.ctx.past.isAsked);
  expect(await linesOf(journal)).toEqual([]);
  await untilOver(home, id);
  expect(await linesOf(journal)).toHaveLength(1);
}, 180_000);

test("R13: what was written since the start is no memory of a database that others find set back", async () => {
  await agree(host, pair.counting.app.name);
  await untilRemembered(host);
  const position = 1 + ((await chainedUpTo(host)) ?? 0);
  await noticeRestore(host.ctx, { by: "home", position, hash: "e".repeat(64) });
  const { since } = (await untilSettled(host)).evidence;
  expect(Date.parse(since)).toBeLessThanOrEqual(host.ctx.past.beganAt.getTime());
}, 180_000);

test("R13: a database that is set back under a framework that runs is noticed too, and the chain goes on behind what was lost", async () => {
  await agree(host, pair.counting.app.name);
  await untilRemembered(host);
  const before = (await restoresOf(host)).length;
  const { rows } = await host.db.execute<{ at: number }>(sql`select max(position)::int as at from audit_entries`);
  const at = rows[0]?.at ?? 0;
  await host.db.execute(sql`delete from audit_entries where position > ${at - 2}`);
  await until("it is noticed", async () => (await restoresOf(host)).length === before + 1);
  const continued = await host.db.execute(sql`select action from audit_entries where position = ${at + 1}`);
  expect(continued.rows).toEqual([{ action: "framework.restored" }]);
  const { broken } = await verifyOwnChain(host.db, ownChain(host.ctx));
  expect(broken.filter(({ position }) => position > at - 2)).toEqual([
    expect.objectContaining({ kind: "missing", position: at - 1, until: at }),
  ]);
  await untilSettled(host);
}, 180_000);
