import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { expect } from "vitest";
import type { AppVersion } from "#server/graph/app";
import { checkInvariants } from "../check-invariants";
import { aFramework, introduce, type TestFramework } from "../framework.build";
import { aHubDouble, type HubDouble } from "../hub-double.build";
import { agree, packMisbehaving, publish, stepOf, submit, untilOver } from "../portal.build";
import { until } from "../until.build";
import { aBackup, type Backup } from "./backup.build";

/** The head of the chain is remembered and told at once. */
const quick = { timing: { checkpointMs: 600 } };

/** A home, a host and an app that counts its starts: everything that is set back in tests. */
export type Pair = {
  hub: HubDouble;
  home: TestFramework;
  host: TestFramework;
  counting: { app: AppVersion; agreement: string };
  local: AppVersion;
  /** A copy of the database as it is now, taken while the framework is away for a moment; `withFolder` of its folder too. */
  backUp: (framework: TestFramework, withFolder?: boolean) => Promise<Backup>;
  /** To be called with the framework away. */
  copy: (framework: TestFramework, withFolder?: boolean) => Promise<Backup>;
  calm: () => Promise<void>;
  close: () => Promise<void>;
};

export async function aPair(adminUrl: string): Promise<Pair> {
  const hub = await aHubDouble();
  const home = await aFramework("home", hub, adminUrl, quick);
  const host = await aFramework("host", hub, adminUrl, quick);
  await introduce(home, host);
  const app = await publish(host, await packMisbehaving("count-start"));
  const counting = { app, agreement: await agree(host, app.name) };
  const local = await publish(home, await packMisbehaving("count-start"));
  const backups: Backup[] = [];
  const copy = async (framework: TestFramework, withFolder = false) => {
    const backup = await aBackup(framework, adminUrl, withFolder);
    backups.push(backup);
    return backup;
  };
  const backUp = async (framework: TestFramework, withFolder = false) => {
    await framework.crash();
    const backup = await copy(framework, withFolder);
    await framework.start();
    return backup;
  };
  const calm = async () => {
    hub.gate = () => undefined;
    hub.answers.clear();
    hub.narrowed = {};
    host.relay.fate = () => "pass";
    await laterBy({ home, host });
  };
  const close = async () => {
    const checks = [await checkInvariants(home.ctx), await checkInvariants(host.ctx)];
    await Promise.all([home.drop(), host.drop()]);
    await hub.close();
    for (const backup of backups) await backup.drop();
    expect(checks.flatMap(({ broken }) => broken)).toEqual([]);
  };
  return { hub, home, host, counting, local, backUp, copy, calm, close };
}

/** As if a minute had passed since the restore: what the hub grants now is new without doubt. */
export async function laterBy(pair: Pick<Pair, "home" | "host">): Promise<void> {
  for (const { db } of [pair.home, pair.host]) {
    await db.execute(sql`update restores set noticed_at = noticed_at - interval '1 minute'`);
  }
}

export const linesOf = async (path: string) =>
  (await readFile(path, "utf8").catch(() => "")).split("\n").filter(Boolean);

/** A run of one remote step whose app writes a line at each start. */
export function counted({ host, counting }: Pair, name: string, seconds = 0) {
  const journal = join(host.folder, `${name.replaceAll(" ", "-")}.journal`);
  return { journal, drawn: { steps: { only: { ...counting, with: { journal, seconds } } } } };
}

/** As long as this holds, the hub has no word for the host: it accepts, and starts nothing. */
function holdStatus({ hub }: Pair): () => void {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  hub.gate = (path) => (path === "/status" ? held : undefined);
  return () => {
    hub.gate = () => undefined;
    release();
  };
}

/** A run that its host has accepted and not begun; the host is away then, and begins it once it starts after `release`. */
export async function queuedOnce(pair: Pair, drawn: ReturnType<typeof counted>["drawn"]) {
  // A restore of before needs the hub's word to be settled, and nothing is accepted until it is.
  await until("all was read again", async () => (await restoresOf(pair.host)).every((one) => one.settled), 90_000);
  const release = holdStatus(pair);
  await pair.host.crash();
  await pair.host.start();
  const id = await submit(pair.home, drawn);
  await until("it is queued", async () => (await hostedOf(pair, id))[0]?.reason === "hosted_run.hub_silent");
  await pair.host.crash();
  return { id, release };
}

/** The framework is ended hard, its old database is put back, and it starts again. */
export async function putBack(framework: TestFramework, backup: Backup): Promise<void> {
  await framework.crash();
  await backup.putBack();
  await framework.start();
}

export const restoresOf = async ({ db }: TestFramework) =>
  (
    await db.execute<{
      epoch: number;
      evidence: { by: string; since: string; done: Record<string, string> };
      settled: boolean;
    }>(sql`select epoch, evidence, settled_at is not null as settled from restores order by epoch`)
  ).rows;

export const untilSettled = (framework: TestFramework) =>
  until(
    `${framework.name} has settled its restore`,
    async () => {
      const last = (await restoresOf(framework)).at(-1);
      return last?.settled === true && last;
    },
    90_000,
  );

/** What the host has of a run. */
export const hostedOf = async ({ host }: Pair, runId: string) =>
  (
    await host.db.execute<{ attempt: number; state: string; outcome: string; reason: string; receipt: string }>(
      sql`select attempt, state, outcome, reason, receipt from hosted_runs where request->>'runId' = ${runId} order by attempt`,
    )
  ).rows;

export const receiptAtHome = async ({ home }: Pair, runId: string) =>
  (await home.db.execute<{ receipt: string }>(sql`select receipt from remote_attempts where run_id = ${runId}`)).rows[0]
    ?.receipt;

/** Its newest decision stands in its file beside the database. */
export const untilRemembered = (framework: TestFramework) =>
  until("the head is remembered", async () => {
    const { rows } = await framework.db.execute<{ position: number; open: number }>(
      sql`select max(position)::int as position, count(*) filter (where position is null)::int as open from audit_entries`,
    );
    const text = await readFile(join(framework.folder, "audit-head.json"), "utf8").catch(() => "{}");
    return rows[0]?.open === 0 && JSON.parse(text).position === rows[0].position;
  });

/** Started once, ended well, at the first attempt. */
export async function expectOnce({ home }: Pair, id: string, journal: string): Promise<void> {
  const view = await untilOver(home, id, 90_000);
  expect(stepOf(view, "only")).toMatchObject({ state: "SUCCEEDED", attempt: 1, end: "SUCCEEDED" });
  expect(await linesOf(journal)).toHaveLength(1);
}
