import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import type { AgreementDocument } from "#server/protocol/agreement";
import type { Receipt } from "#server/protocol/hosted-run";
import type { Usage } from "#server/protocol/usage";
import { checkInvariants } from "../check-invariants";
import { askAsOperator, type TestFramework } from "../framework.build";
import { aDoor, type Door, limits } from "../gateway/door.build";
import {
  acceptHomes,
  aHome,
  aHostedCall,
  askAbout,
  type Home,
  type HostedCall,
  plantAgreement,
} from "../gateway/hosted-call.build";
import { noBudget } from "../portal.build";
import { until } from "../until.build";
import { defaultOffer } from "./offer";

let door: Door;
let host: TestFramework;
let other: Home;

beforeAll(async () => {
  door = await aDoor(inject("pgAdminUrl"), { slots: 6 });
  host = door.host;
  other = await aHome("other-home");
  await acceptHomes(host, [other]);
});
afterAll(async () => {
  const { broken } = await checkInvariants(host.ctx);
  await door.close();
  expect(broken).toEqual([]);
});

/** One attempt sets 0.5 cpu × 60 s = 30 cpu-seconds and 1 MiB aside. */
const share = { cpuSeconds: 30, outputBytes: 1024 ** 2 };
const aCall = (agreementId: string, home = door.home, seconds = 0) => {
  const journal = join(host.folder, `${randomUUID()}.journal`);
  return aHostedCall(host, home, door.call({ journal, seconds }).request, agreementId);
};
const budgetOf = (bounds: Partial<AgreementDocument["budget"]>) =>
  plantAgreement(host, door.app.name, { maxConcurrent: 1000, budget: { ...noBudget, ...bounds } });

async function ledgerOf(id: string) {
  const { rows } = await host.db.execute<{ used: Usage; reserved: Usage; runs: number }>(
    sql`select used, reserved, runs_used as runs from agreements where id = ${id}`,
  );
  if (!rows[0]) throw new Error("there is no such agreement");
  return rows[0];
}

async function end(call: HostedCall) {
  await askAbout(host, call.home, call, "POST", "/cancel");
  return ended(call);
}
const ended = (call: HostedCall) =>
  until("it has ended", async () => {
    const { json } = await askAbout(host, call.home, call, "GET");
    return json.outcome !== null && json;
  });

/** All of them at once; answers those that were taken and how the others were refused. */
async function race(calls: HostedCall[]) {
  const answers = await Promise.all(calls.map((call) => door.put(call)));
  const taken = calls.filter((_call, place) => answers[place]?.status === 201);
  const refused = answers.filter(({ status }) => status !== 201).map(({ status, json }) => `${status} ${json.code}`);
  return { taken, refused: [...new Set(refused)] };
}

test("fifty accepts of two homes at once never set more aside than the budget, and the rest waits", async () => {
  const id = await budgetOf({ cpuSeconds: 7 * share.cpuSeconds + 29 });
  const calls = Array.from({ length: 50 }, (_, place) => aCall(id, place % 2 ? door.home : other, 600));
  const { taken, refused } = await race(calls);
  expect(taken).toHaveLength(7);
  expect(refused).toEqual(["429 agreement.budget_reserved"]);
  expect(await ledgerOf(id)).toMatchObject({ runs: 7, reserved: { cpuSeconds: 210, outputBytes: 7 * 1024 ** 2 } });
  expect((await checkInvariants(host.ctx)).broken).toEqual([]);
  for (const call of taken) await end(call);
  const { used, reserved } = await ledgerOf(id);
  expect(reserved).toEqual({ cpuSeconds: 0, gpuSeconds: 0, outputBytes: 0 });
  expect(used.cpuSeconds).toBeLessThan(210);
  expect((await door.put(aCall(id))).status).toBe(201);
});

test("what the receipts say was taken is gone for good: then the next attempt is refused and not told to wait", async () => {
  const id = await budgetOf({ cpuSeconds: 31 });
  await host.db.execute(sql`update agreements set used = jsonb_set(used, '{cpuSeconds}', '1.5') where id = ${id}`);
  expect(await door.put(aCall(id))).toMatchObject({
    status: 403,
    json: { code: "agreement.budget_used", detail: { name: "cpuSeconds" } },
  });
  await host.db.execute(sql`delete from agreements where id = ${id}`);
});

test("a GPU is paid for as long as it was held, and the receipt says so", async () => {
  const id = await budgetOf({ gpuSeconds: 200 });
  const call = aCall(id, door.home, 1);
  call.request = { ...call.request, limits: { ...limits, gpu: 3 } };
  call.body = JSON.stringify(call.request);
  call.claims.authorization_details[0].limits = call.request.limits;
  expect((await door.put(call)).status).toBe(201);
  expect((await ledgerOf(id)).reserved.gpuSeconds).toBe(180);
  const receipt = decodeJwt(String((await ended(call)).receipt)) as unknown as Receipt;
  const wallSeconds = (Date.parse(receipt.endedAt) - Date.parse(receipt.startedAt ?? "")) / 1000;
  expect(receipt.gpuSeconds).toBeCloseTo(3 * wallSeconds, 6);
  expect(receipt.gpuSeconds).toBeGreaterThan(2.9);
  expect((await ledgerOf(id)).used.gpuSeconds).toBeCloseTo(receipt.gpuSeconds, 6);
});

test("an attempt bigger than agreed for one run is refused by the name of what is too big", async () => {
  const small = { ...limits, outputBytes: limits.outputBytes - 1 };
  const id = await plantAgreement(host, door.app.name, { perRun: small });
  expect(await door.put(aCall(id))).toMatchObject({
    status: 403,
    json: { code: "agreement.over_per_run", detail: { name: "outputBytes" } },
  });
});

test("all users together never exceed what the owner offers in total, however many agreements there are", async () => {
  const { rows } = await host.db.execute<{ runs: number }>(
    sql`select sum(runs_used)::int as runs from agreements where app = ${door.app.name}`,
  );
  const before = rows[0]?.runs ?? 0;
  const offer = defaultOffer({ access: { remote: "open", download: "closed" } });
  const put = (total: object) =>
    askAsOperator(
      host,
      `/v1/operator/offers/${door.app.name}`,
      { ...offer, total: { ...noBudget, ...total } },
      { method: "PUT" },
    );
  expect((await put({ runs: before + 5 })).status).toBe(200);
  const ids = await Promise.all([1, 2, 3].map(() => budgetOf({})));
  const calls = Array.from({ length: 30 }, (_, place) =>
    aCall(ids[place % 3] ?? "", place % 2 ? door.home : other, 600),
  );
  const { taken, refused } = await race(calls);
  expect(taken).toHaveLength(5);
  expect(refused).toEqual(["403 agreement.total_used"]);
  for (const call of taken) await end(call);
  await put({});
  expect((await door.put(aCall(ids[0] ?? ""))).status).toBe(201);
});

test("a revocation that races with accepts leaves nothing set aside and nothing alive", async () => {
  const id = await budgetOf({ cpuSeconds: 100_000 });
  const accepts = race(Array.from({ length: 40 }, (_, place) => aCall(id, place % 2 ? door.home : other, 600)));
  const revoked = await askAsOperator(host, `/v1/operator/agreements/${id}/revoke`, {});
  expect(revoked.status).toBe(200);
  const { taken } = await accepts;
  for (const call of taken) expect((await ended(call)).outcome).toBe("REVOKED");
  expect((await ledgerOf(id)).reserved).toEqual({ cpuSeconds: 0, gpuSeconds: 0, outputBytes: 0 });
  expect((await ledgerOf(id)).runs).toBe(taken.length);
});
