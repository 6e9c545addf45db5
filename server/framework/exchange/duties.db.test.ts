import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { KrdcError } from "#server/errors";
import type { AppVersion } from "#server/graph/app";
import type { GrantRequest } from "#server/protocol/framework-api";
import { checkInvariants } from "../check-invariants";
import { aFramework, introduce, type TestFramework } from "../framework.build";
import { aHubDouble, type HubDouble } from "../hub-double.build";
import {
  agree,
  ask,
  look,
  packMisbehaving,
  publish,
  researcher,
  researcher2,
  stepOf,
  submit,
  submitAndEnd,
  untilOver,
  untilStep,
} from "../portal.build";
import { packJoin } from "../programs.build";
import { until } from "../until.build";

const renewLeaseMs = 200;
const timing = { renewLeaseMs, leaseMs: 60_000, reconcileMs: 500 };

let hub: HubDouble;
let home: TestFramework;
let host: TestFramework;
const apps: Record<string, { app: AppVersion; agreement: string }> = {};
const remote = (name: string) => {
  const found = apps[name];
  if (!found) throw new Error(`${name} was not published`);
  return found;
};

beforeAll(async () => {
  hub = await aHubDouble();
  home = await aFramework("home", hub, inject("pgAdminUrl"), { timing });
  host = await aFramework("host", hub, inject("pgAdminUrl"), { slots: 8 });
  await introduce(home, host);
  for (const archive of [packJoin(), packMisbehaving("sleep-long"), packMisbehaving("exit-3")]) {
    const app = await publish(host, await archive);
    apps[app.name] = { app, agreement: await agree(host, app.name) };
  }
});

afterEach(() => {
  host.relay.fate = () => "pass";
  hub.answers.clear();
});

afterAll(async () => {
  const checks = [await checkInvariants(home.ctx), await checkInvariants(host.ctx)];
  await home.drop();
  await host.drop();
  await hub.close();
  expect(checks.flatMap(({ broken }) => broken)).toEqual([]);
});

const sleeping = (seconds: number, retry = { attempts: 1 }) => ({
  steps: { only: { ...remote("sleep-long"), with: { seconds }, retry } },
});

async function hosted(runId: string) {
  const { rows } = await host.db.execute<{
    attempt: number;
    state: string;
    outcome: string | null;
    lease: string | null;
  }>(
    sql`select attempt, state, outcome, lease_until::text as lease from hosted_runs where request->>'runId' = ${runId} order by attempt`,
  );
  return rows;
}

const running = (id: string) => untilStep(home, id, "only", "REMOTE_RUNNING");

describe("home's interest", () => {
  test("is renewed at the host for as long as the step runs there", async () => {
    const id = await submit(home, sleeping(60));
    await running(id);
    const [first] = await hosted(id);
    await until("the lease was renewed", async () => ((await hosted(id))[0]?.lease ?? "") > (first?.lease ?? ""));
    await ask(home, researcher, "POST", `/v1/runs/${id}/cancel`, {});
    await untilOver(home, id);
  });

  test("takes one call for each host however many steps run there", async () => {
    const ids = [await submit(home, sleeping(60)), await submit(home, sleeping(60))];
    for (const id of ids) await running(id);
    const before = host.relay.seen.length;
    const leases = () => host.relay.seen.slice(before).filter(({ path }) => path === "/v1/leases").length;
    const began = Date.now();
    await until("three renewals", async () => leases() >= 3);
    expect(leases()).toBeLessThanOrEqual(Math.ceil((Date.now() - began) / renewLeaseMs) + 1);
    for (const id of ids) await ask(home, researcher, "POST", `/v1/runs/${id}/cancel`, {});
    for (const id of ids) await untilOver(home, id);
  });
});

describe("a cancel", () => {
  test("reaches the host although no proxy app stands for the step", async () => {
    const id = await submit(home, sleeping(60));
    await running(id);
    const proxy = stepOf(await look(home, id), "only").proxy?.name ?? "";
    await home.shutDown();
    await home.start({ proxies: 0, timing });
    await home.ctx.runtime.stop(proxy, "CANCELLED");
    await ask(home, researcher, "POST", `/v1/runs/${id}/cancel`, {});
    await until("the host ended it", async () => (await hosted(id))[0]?.outcome === "CANCELLED");
    await home.shutDown();
    await home.start({ timing });
    expect((await untilOver(home, id)).state).toBe("CANCELLED");
  });
});

describe("scenario 15: an attempt whose host is silent", () => {
  const abandon = (id: string, body: unknown, user = researcher) =>
    ask(home, user, "POST", `/v1/runs/${id}/steps/only/0/abandon`, body);
  const understood = { understood: "it_may_run_twice" };
  const refusedAs = (reason: string) => (error: unknown) => {
    expect(error).toBeInstanceOf(KrdcError);
    expect((error as KrdcError).reason).toBe(reason);
  };

  test("is given up only by its owner, only in full knowledge, and only while nobody answers", async () => {
    const id = await submit(home, sleeping(60));
    await running(id);
    await abandon(id, understood).catch(refusedAs("step.not_unreachable"));
    host.relay.fate = () => "cut";
    host.relay.breakAll();
    await untilStep(home, id, "only", "UNREACHABLE");
    await abandon(id, {}).catch(refusedAs("step.abandon_not_understood"));
    await abandon(id, understood, researcher2).catch(refusedAs("run.not_found"));
    await ask(home, researcher, "POST", `/v1/runs/${id}/retry`, { step: "only" }).catch(
      refusedAs("step.attempt_unreachable"),
    );
    expect(stepOf(await look(home, id), "only")).toMatchObject({ state: "UNREACHABLE", attempt: 1 });
    host.relay.fate = () => "pass";
    await ask(home, researcher, "POST", `/v1/runs/${id}/cancel`, {});
    await untilOver(home, id);
  });

  test("may then run again as another attempt, and its host ends the first one when it hears of it", {
    timeout: 90_000,
  }, async () => {
    const id = await submit(home, sleeping(60));
    await running(id);
    host.relay.fate = () => "cut";
    host.relay.breakAll();
    await untilStep(home, id, "only", "UNREACHABLE");
    await abandon(id, understood);
    const given = await untilOver(home, id);
    expect(stepOf(given, "only")).toMatchObject({
      state: "FAILED",
      end: "ABANDONED",
      reason: { code: "step.abandoned" },
    });
    const asked = hub.asked.length;
    await ask(home, researcher, "POST", `/v1/runs/${id}/retry`, { step: "only" });
    await until("the hub was asked for the second attempt", async () =>
      hub.asked.slice(asked).some(({ path }) => path === "/grants"),
    );
    const request = hub.asked.slice(asked).find(({ path }) => path === "/grants")?.json as GrantRequest;
    expect(request).toMatchObject({ attempt: 2, previous: { kind: "abandoned", by: researcher.sub } });
    host.relay.fate = () => "pass";
    await until("the host ended the first", async () => (await hosted(id))[0]?.outcome === "CANCELLED", 40_000);
    await until(
      "the ledger has its record",
      async () =>
        hub.asked.some(
          ({ path, json }) =>
            path === "/receipts" &&
            (json as { receipts: { attempt: number; runKey: string }[] }).receipts.some(
              (one) => one.attempt === 1 && one.runKey === request.runKey,
            ),
        ),
      40_000,
    );
    // Until then the second one waited at the door.
    await untilStep(home, id, "only", "REMOTE_RUNNING");
    expect(stepOf(await look(home, id), "only").attempt).toBe(2);
    await ask(home, researcher, "POST", `/v1/runs/${id}/cancel`, {});
    await untilOver(home, id);
  });
});

test.each(["grant.older_attempt", "hosted_run.older_attempt"])(
  "an attempt of which a later one is known (%s) ends uncounted, and the later one goes on",
  async (reason) => {
    const first: number[] = [];
    hub.answers.set("/grants", (json) => {
      const { attempt } = json as GrantRequest;
      first.push(attempt);
      if (attempt === 1) throw new KrdcError(reason.startsWith("grant") ? "conflict" : "gone", reason);
      hub.answers.delete("/grants");
      throw new KrdcError("unavailable", "hub_unavailable");
    });
    const view = await submitAndEnd(home, { steps: { only: { ...remote("join"), with: { word: "나" } } } });
    expect(stepOf(view, "only")).toMatchObject({ state: "SUCCEEDED", attempt: 2 });
    expect(first).toEqual([1, 2]);
  },
);

describe("the hub's ledger", () => {
  test("gets each terminal record once, also when the hub was away meanwhile", async () => {
    hub.answers.set("/receipts", () => {
      throw new KrdcError("unavailable", "hub_unavailable");
    });
    const view = await submitAndEnd(home, { steps: { only: { ...remote("join"), with: { word: "가" } } } });
    hub.answers.clear();
    const reported = async () => {
      const { rows } = await home.db.execute<{ reported: string | null }>(
        sql`select reported_at::text as reported from remote_attempts where run_id = ${view.id}`,
      );
      return rows[0]?.reported;
    };
    await until("it was reported", async () => typeof (await reported()) === "string");
    const first = await reported();
    expect(first).toBe(await reported());
  });

  test("shows the record of one attempt before the next one is asked for", async () => {
    const asked = hub.asked.length;
    await submitAndEnd(home, { steps: { only: { ...remote("exit-3"), retry: { attempts: 2 } } } });
    const requests = hub.asked.slice(asked).filter(({ path }) => path === "/grants");
    expect(requests.map(({ json }) => (json as GrantRequest).previous.kind)).toEqual(["none", "receipt"]);
  });
});

describe("a scattered step in another cluster", () => {
  test("has few proxies for many instances, and each line says whose it is", { timeout: 120_000 }, async () => {
    const words = Array.from({ length: 30 }, (_, at) => `말${at}`);
    const view = await submitAndEnd(
      home,
      {
        inputs: { words },
        steps: { only: { ...remote("join"), with: { word: { from: "inputs.words" } }, scatter: ["word"] } },
      },
      90_000,
    );
    expect(view.state).toBe("SUCCEEDED");
    const proxies = new Set(view.steps.map((step) => step.proxy?.name));
    expect(view.steps).toHaveLength(30);
    expect(proxies.size).toBe(20);
    const ended = async () =>
      (
        await home.db.execute<{ name: string; exit_code: number | null }>(
          sql`select name, exit_code from executions where name like 'proxy-group-%' and state = 'ENDED'`,
        )
      ).rows;
    await until("every proxy has ended", async () => (await ended()).length === 20, 30_000);
    expect((await ended()).every(({ exit_code }) => exit_code === 0)).toBe(true);
    const two = view.steps.find((step) => step.index === 21)?.proxy?.name ?? "";
    const printed = String(await home.ctx.runtime.logs(two, 0, 10_000))
      .trimEnd()
      .split("\n")
      .sort();
    expect(printed).toEqual(["[1] 말1", "[21] 말21"]);
  });
});
