import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { signHead } from "#server/audit/checkpoint";
import { verifyOwnChain } from "#server/audit/verify-own-chain";
import { ownChain } from "../audit/own-chain";
import type { TestFramework } from "../framework.build";
import type { HubDouble } from "../hub-double.build";
import { agree, stepOf, untilOver } from "../portal.build";
import { until } from "../until.build";
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

describe("R13: the folder is set back together with the database", { timeout: 180_000 }, () => {
  const positionAt = async (framework: TestFramework) => {
    const { rows } = await framework.db.execute<{ at: number; open: number }>(
      sql`select max(position)::int as at, count(*) filter (where position is null)::int as open from audit_entries`,
    );
    return rows[0]?.open === 0 ? rows[0].at : undefined;
  };
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
    await until("home holds the head", async () => (await heldByHome()) === (await positionAt(host)));
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
