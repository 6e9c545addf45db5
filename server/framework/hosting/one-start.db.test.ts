import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
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
  const { broken } = await checkInvariants(host.ctx);
  await door.close();
  expect(broken).toEqual([]);
});

const linesOf = async (path: string) => (await readFile(path, "utf8").catch(() => "")).split("\n").filter(Boolean);
const look = async (call: HostedCall) => (await askAbout(host, call.home, call, "GET")).json;
const ended = (call: HostedCall) =>
  until("it has ended", async () => {
    const seen = await look(call);
    return seen.outcome !== null && seen;
  });

async function aCall(agreementId: string): Promise<{ call: HostedCall; journal: string }> {
  const journal = join(host.folder, `${randomUUID()}.journal`);
  const { request } = door.call({ journal, seconds: 600 });
  return { call: aHostedCall(host, door.home, request, agreementId), journal };
}

const agreementState = async (id: string) =>
  (await host.db.execute<{ state: string }>(sql`select state from agreements where id = ${id}`)).rows[0]?.state;

/** Somebody stands in line for a row that a start has locked. */
const isAnyoneWaiting = async () =>
  (
    await host.db.execute(
      sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
  ).rows.length > 0;

test("a revocation waits for a start that is under way: nothing begins after it was recorded", async () => {
  const agreement = await plantAgreement(host, door.app.name);
  const { runtime } = host.ctx;
  const begin = runtime.start.bind(runtime);
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let [isStarting, stateAtStart]: [boolean, string | undefined] = [false, undefined];
  runtime.start = async (spec) => {
    isStarting = true;
    await held;
    stateAtStart = await agreementState(agreement);
    return begin(spec);
  };
  const { call, journal } = await aCall(agreement);
  expect((await door.put(call)).status).toBe(201);
  await until("its start is under way", () => isStarting);
  const revoked = askAsOperator(host, `/v1/operator/agreements/${agreement}/revoke`, {});
  await until(
    "the revocation waits, or is recorded",
    async () => (await isAnyoneWaiting()) || (await agreementState(agreement)) === "REVOKED",
  );
  release();
  expect((await revoked).status).toBe(200);
  runtime.start = begin;
  expect(stateAtStart).toBe("ACTIVE");
  expect((await ended(call)).outcome).toBe("REVOKED");
  expect((await linesOf(journal)).length).toBeLessThanOrEqual(1);
});

test("an app that was released and vanished without a trace is lost, and never begun again", async () => {
  const { call, journal } = await aCall(door.agreementId);
  expect((await door.put(call)).status).toBe(201);
  await until("it began", async () => (await linesOf(journal)).length === 1 && (await look(call)).state === "RUNNING");
  const [name = ""] = await host.ctx.runtime.live();
  const task = join(host.folder, "runtime/tasks", name);
  await host.crash();
  const { pid } = JSON.parse(await readFile(join(task, "started"), "utf8"));
  process.kill(pid, "SIGKILL");
  await rm(task, { recursive: true });
  await host.start();
  expect(await ended(call)).toMatchObject({ outcome: "LOST_ON_HOST", reason: "execution.lost" });
  expect(await linesOf(journal)).toHaveLength(1);
});
