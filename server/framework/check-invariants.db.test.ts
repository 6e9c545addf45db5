import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type SQL, sql } from "drizzle-orm";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import type { AppVersion } from "#server/graph/app";
import type { Receipt } from "#server/protocol/hosted-run";
import { usageOf } from "#server/protocol/usage";
import { checkInvariants } from "./check-invariants";
import { aFramework, introduce, type TestFramework } from "./framework.build";
import { aHubDouble, type HubDouble } from "./hub-double.build";
import { agree, publish, submitAndEnd } from "./portal.build";
import { packJoin } from "./programs.build";
import { until } from "./until.build";

let hub: HubDouble;
let home: TestFramework;
let host: TestFramework;
let local: string;
let remote: string;
const runKey = "f".repeat(64);

beforeAll(async () => {
  hub = await aHubDouble();
  home = await aFramework("home", hub, inject("pgAdminUrl"));
  host = await aFramework("host", hub, inject("pgAdminUrl"));
  await introduce(home, host);
  const here: AppVersion = await publish(home, await packJoin());
  const there: AppVersion = await publish(host, await packJoin());
  const agreement = await agree(host, there.name);
  ({ id: local } = await submitAndEnd(home, { steps: { only: { app: here, with: { word: "local" } } } }));
  ({ id: remote } = await submitAndEnd(home, { steps: { only: { app: there, agreement, with: { word: "remote" } } } }));
  for (const framework of [home, host])
    await until(`${framework.name} is settled`, async () => (await checkInvariants(framework.ctx)).settled);
});

afterAll(async () => {
  await home.drop();
  await host.drop();
  await hub.close();
});

/** Plants something that the framework itself never writes, in a transaction that is undone again. */
async function findBroken(framework: TestFramework, plant: SQL[]): Promise<{ invariant: string; what: string }[]> {
  let broken: { invariant: string; what: string }[] = [];
  const undo = new Error("undone");
  await framework.db
    .transaction(async (db) => {
      await db.execute(sql`set local session_replication_role = replica`);
      for (const statement of plant) await db.execute(statement);
      ({ broken } = await checkInvariants({ ...framework.ctx, db }));
      throw undo;
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error;
    });
  return broken;
}

test("after work that went well, here and elsewhere, nothing is broken and nothing is under way", async () => {
  expect(await checkInvariants(home.ctx)).toEqual({ broken: [], settled: true, ledger: [] });
  expect(await checkInvariants(host.ctx)).toMatchObject({ broken: [], settled: true });
});

test("the ledger says what the one remote run took, as its receipt does", async () => {
  const [row] = (await checkInvariants(host.ctx)).ledger;
  const { rows } = await host.db.execute<{ receipt: string }>(sql`select receipt from hosted_runs`);
  const said = decodeJwt(rows[0]?.receipt ?? "") as unknown as Receipt;
  expect(row).toEqual({ agreementId: row?.agreementId, runs: 1, ...usageOf(said) });
  expect(row?.cpuSeconds).toBeGreaterThan(0);
  expect(row?.outputBytes).toBe("remote".length);
});

type Planted = { invariant: string; at: () => TestFramework; plant: () => SQL[]; what: () => string; also?: string[] };

const planted: Planted[] = [
  {
    invariant: "a finished run has no open step",
    at: () => home,
    plant: () => [sql`update step_runs set state = 'RUNNING' where run_id = ${local}`],
    what: () => `${local}/only`,
  },
  {
    invariant: "a run whose steps are all over is over",
    at: () => home,
    plant: () => [sql`update runs set state = 'RUNNING' where id = ${local}`],
    what: () => local,
  },
  {
    invariant: "every run has its steps",
    at: () => home,
    plant: () => [sql`delete from step_runs where run_id = ${local}`],
    what: () => local,
  },
  {
    invariant: "at most one live execution per attempt, and none of an older attempt",
    at: () => home,
    plant: () => [sql`update executions set state = 'RUNNING', attempt = 7 where kind = 'local'`],
    what: () => "kr-",
    also: ["a succeeded local step has an execution that succeeded"],
  },
  {
    invariant: "a succeeded local step has an execution that succeeded",
    at: () => home,
    plant: () => [sql`update executions set outcome = 'FAILED' where kind = 'local'`],
    what: () => `${local}/only`,
  },
  {
    invariant: "remote success has a verified receipt",
    at: () => home,
    plant: () => [sql`update remote_attempts set receipt = null`],
    what: () => ":1",
  },
  {
    invariant: "a step is never ahead of its remote attempt",
    at: () => home,
    plant: () => [sql`update remote_attempts set outcome = null, state = 'FETCHING'`],
    what: () => `${remote}/only`,
  },
  {
    invariant: "a cached step has the results of one that succeeded",
    at: () => home,
    plant: () => [sql`update step_runs set state = 'CACHED', attempt = 0 where run_id = ${local}`],
    what: () => `${local}/only`,
  },
  {
    invariant: "a step waits for consent exactly while its attempt does",
    at: () => home,
    plant: () => [
      sql`update runs set state = 'RUNNING' where id = ${remote}`,
      sql`update step_runs set state = 'WAITING_CONSENT' where run_id = ${remote}`,
    ],
    what: () => `${remote}/only`,
  },
  {
    invariant: "a grant is redeemed once and for one hosted run",
    at: () => host,
    plant: () => [
      sql`insert into redeemed_grants values ('3f2504e0-4f89-41d3-9a0c-0305e82c3301', 'home', ${runKey}, 1, now())`,
    ],
    what: () => "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
  },
  {
    invariant: "each hosted run traces to an agreement",
    at: () => host,
    plant: () => [sql`delete from agreements`],
    what: () => "",
  },
  {
    invariant: "an ended hosted run has a signed receipt",
    at: () => host,
    plant: () => [sql`update hosted_runs set receipt = null`],
    what: () => ":1",
    also: ["what was used of an agreement is what its runs' receipts say"],
  },
  {
    invariant: "an ended execution of a hosted run ended the hosted run",
    at: () => host,
    plant: () => [sql`update hosted_runs set outcome = null, state = 'RUNNING'`],
    what: () => "kr-",
    also: ["what is set aside under an agreement is what its living runs may take"],
  },
  {
    invariant: "nothing runs under a revoked agreement",
    at: () => host,
    plant: () => [
      sql`update agreements set state = 'REVOKED'`,
      sql`update hosted_runs set outcome = null, state = 'RUNNING'`,
      sql`update executions set state = 'RUNNING' where kind = 'hosted'`,
    ],
    what: () => "",
    also: ["what is set aside under an agreement is what its living runs may take"],
  },
  {
    invariant: "uses of an agreement are its hosted runs",
    at: () => host,
    plant: () => [sql`update agreements set runs_used = runs_used + 1`],
    what: () => "-",
  },
  {
    invariant: "what is set aside under an agreement is what its living runs may take",
    at: () => host,
    plant: () => [sql`update agreements set reserved = jsonb_set(reserved, '{cpuSeconds}', '1')`],
    what: () => "-",
  },
  {
    invariant: "what was used of an agreement is what its runs' receipts say",
    at: () => host,
    plant: () => [sql`update agreements set used = jsonb_set(used, '{outputBytes}', '7')`],
    what: () => "-",
  },
  {
    invariant: "no accepted run waits for its inputs longer than agreed",
    at: () => host,
    plant: () => [
      sql`insert into hosted_runs (home, run_key, attempt, request, request_hash, grant_id, agreement_id,
        user_pseudonym, execution_name, state, seq, created_at)
        select home, ${runKey}, 1, request, request_hash, grant_id, agreement_id, user_pseudonym, 'none', 'RECEIVED', 99,
        now() - interval '25 hours' from hosted_runs limit 1`,
    ],
    what: () => runKey,
    also: ["uses of an agreement are its hosted runs"],
  },
  {
    invariant: "every output of a step is in the store's index",
    at: () => home,
    plant: () => [
      sql`update step_runs set outputs = jsonb_build_object('out', jsonb_build_object('sha256', ${runKey}::text)) where run_id = ${local}`,
    ],
    what: () => `${local}/only`,
  },
];

describe("each broken promise is named with what breaks it", () => {
  test.each(planted)("$invariant", async ({ invariant, at, plant, what, also = [] }) => {
    const broken = await findBroken(at(), plant());
    expect([...new Set(broken.map((one) => one.invariant))].sort()).toEqual([invariant, ...also].sort());
    expect(broken.find((one) => one.invariant === invariant)?.what).toContain(what());
  });

  test("no process without its execution", async () => {
    const name = `orphan-${randomUUID()}`;
    const folder = join(home.folder, "runtime/tasks", name);
    await mkdir(folder);
    const spec = {
      name,
      command: ["sleep", "600"],
      cwd: "/",
      environment: { PATH: "/usr/bin:/bin" },
      limits: {},
      graceSeconds: 0,
      endsDir: join(home.folder, "runtime/ends"),
    };
    await writeFile(join(folder, "spec.json"), JSON.stringify(spec));
    const orphan = spawn("python3", ["-S", "-E", join(import.meta.dirname, "runtime/process/supervisor.py"), folder], {
      stdio: "ignore",
    });
    await until("it lives", async () => (await home.ctx.runtime.live()).includes(name));
    expect((await checkInvariants(home.ctx)).broken).toEqual([
      { invariant: "no process without its execution", what: name },
    ]);
    await home.ctx.runtime.stop(name, "CANCELLED");
    await until("it is gone", () => orphan.exitCode !== null);
    await home.ctx.runtime.clear(name);
  });
});

describe("afterwards, and while something is under way", () => {
  beforeEach(async () => {
    for (const framework of [home, host]) expect((await checkInvariants(framework.ctx)).broken).toEqual([]);
  });

  test.each<{ given: string; plant: SQL }>([
    { given: "a run that goes on", plant: sql`update runs set state = 'RUNNING'` },
    {
      given: "an execution that has not ended",
      plant: sql`update executions set state = 'QUEUED' where kind = 'proxy'`,
    },
    { given: "a change that the hub has not heard of", plant: sql`update runs set seq = seq + 1` },
  ])("$given is not settled", async ({ plant }) => {
    let settled: boolean | undefined;
    await home.db
      .transaction(async (db) => {
        await db.execute(plant);
        ({ settled } = await checkInvariants({ ...home.ctx, db }));
        throw new Error("undone");
      })
      .catch(() => undefined);
    expect(settled).toBe(false);
  });
});
