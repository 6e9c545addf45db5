import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { checkInvariants } from "../check-invariants";
import { askAsOperator, type TestFramework } from "../framework.build";
import { aDoor, type Door } from "../gateway/door.build";
import { aHostedCall, askAbout, type HostedCall, plantAgreement } from "../gateway/hosted-call.build";
import { until } from "../until.build";

let door: Door;
let host: TestFramework;

beforeAll(async () => {
  door = await aDoor(inject("pgAdminUrl"));
  host = door.host;
});
afterAll(async () => {
  const check = await checkInvariants(host.ctx);
  await door.close();
  expect(check.broken).toEqual([]);
});

const linesOf = async (path: string) => (await readFile(path, "utf8").catch(() => "")).split("\n").filter(Boolean);

/** Whoever comes here stalls until let go, as on a disk or a node that hangs. */
function aGate() {
  let letGo = () => {};
  const released = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let comers = 0;
  const pass = () => {
    comers += 1;
    return released;
  };
  return { pass, letGo, isReached: () => until("the stalled start", async () => comers > 0) };
}

afterEach(() => {
  for (const step of ["start", "folderOf"]) Reflect.deleteProperty(host.ctx.runtime, step);
});

async function accepted(): Promise<{ call: HostedCall; journal: string; agreement: string }> {
  const agreement = await plantAgreement(host, door.app.name);
  const journal = join(host.folder, `${randomUUID()}.journal`);
  const call = aHostedCall(host, door.home, door.call({ journal, seconds: 600 }).request, agreement);
  expect((await door.put(call)).status).toBe(201);
  return { call, journal, agreement };
}

const revoke = (agreement: string) => askAsOperator(host, `/v1/operator/agreements/${agreement}/revoke`, {});

const isRecorded = async (agreement: string) => {
  const found = await host.db.execute<{ state: string }>(sql`select state from agreements where id = ${agreement}`);
  return found.rows[0]?.state === "REVOKED";
};

/** Somebody of this database waits for somebody else's lock. */
const isWaitedFor = async () => {
  const found = await host.db.execute(
    sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return found.rows.length > 0;
};

const untilRevoked = (call: HostedCall) =>
  until("the end at the host", async () => {
    const { json } = await askAbout(host, call.home, call, "GET");
    return (json as { outcome: string | null }).outcome === "REVOKED";
  });

describe("scenario 17: a revocation against a start that stalls", () => {
  test("is recorded only after a start that had begun, which it ends", async () => {
    const held = aGate();
    const { runtime } = host.ctx;
    const start = runtime.start.bind(runtime);
    runtime.start = (spec) => held.pass().then(() => start(spec));
    const { call, journal, agreement } = await accepted();
    await held.isReached();
    const answer = revoke(agreement);
    await until("the revocation to wait for the start", isWaitedFor);
    expect(await isRecorded(agreement)).toBe(false);
    held.letGo();
    expect((await answer).status).toBe(200);
    await untilRevoked(call);
    const { length } = await linesOf(journal);
    expect(length).toBeLessThanOrEqual(1);
    expect(await host.ctx.runtime.live()).toEqual([]);
  });

  test("that was recorded while the start was being prepared lets nothing start", async () => {
    const held = aGate();
    const { runtime } = host.ctx;
    const folderOf = runtime.folderOf.bind(runtime);
    const start = runtime.start.bind(runtime);
    const begun: string[] = [];
    runtime.folderOf = (name) => held.pass().then(() => folderOf(name));
    // A program that is ended before its first line leaves none, so what counts is that nobody tried.
    runtime.start = (spec) => {
      begun.push(spec.name);
      return start(spec);
    };
    const { call, journal, agreement } = await accepted();
    await held.isReached();
    expect((await revoke(agreement)).status).toBe(200);
    expect(await isRecorded(agreement)).toBe(true);
    held.letGo();
    await untilRevoked(call);
    expect([begun, await linesOf(journal)]).toEqual([[], []]);
    expect(await host.ctx.runtime.live()).toEqual([]);
  });
});
