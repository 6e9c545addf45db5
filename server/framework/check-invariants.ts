import { sql } from "drizzle-orm";
import { decodeJwt } from "jose";
import { consentEnded } from "#server/protocol/consent";
import { receipt as receiptBody } from "#server/protocol/hosted-run";
import { type Usage, usageOf } from "#server/protocol/usage";
import type { FrameworkContext } from "./context";
import { listLive } from "./execution/queue-execution";
import { restoreProblems } from "./restore/standing";

export type Broken = { invariant: string; what: string };

/** Each query answers the rows that break the promise it stands for. */
const invariants: Record<string, ReturnType<typeof sql>> = {
  "a finished run has no open step": sql`
    select r.id::text || '/' || s.step as what from runs r join step_runs s on s.run_id = r.id
    where r.state in ('SUCCEEDED','FAILED','CANCELLED') and s.state not in ('SUCCEEDED','FAILED','CANCELLED','SKIPPED','CACHED')`,
  "a run whose steps are all over is over": sql`
    select r.id::text as what from runs r where r.state in ('QUEUED','RUNNING') and not exists
    (select 1 from step_runs s where s.run_id = r.id and s.state not in ('SUCCEEDED','FAILED','CANCELLED','SKIPPED','CACHED'))`,
  "every run has its steps": sql`
    select r.id::text as what from runs r where not exists (select 1 from step_runs s where s.run_id = r.id)
    and r.submission->'document'->'steps' <> '{}'::jsonb`,
  "at most one live execution per attempt, and none of an older attempt": sql`
    select e.name as what from executions e join step_runs s on s.id = e.step_run_id
    where e.kind = 'local' and e.state <> 'ENDED' and e.attempt <> s.attempt`,
  "a succeeded local step has an execution that succeeded": sql`
    select s.run_id::text || '/' || s.step as what from step_runs s
    where s.state = 'SUCCEEDED' and s.attempt > 0 and not exists
      (select 1 from executions e where e.step_run_id = s.id and e.kind = 'local' and e.attempt = s.attempt and e.outcome = 'SUCCEEDED')
      and not exists (select 1 from remote_attempts m where m.step_run_id = s.id and m.attempt = s.attempt)`,
  "remote success has a verified receipt": sql`
    select run_key || ':' || attempt as what from remote_attempts where outcome = 'SUCCEEDED' and receipt is null`,
  "a step is never ahead of its remote attempt": sql`
    select s.run_id::text || '/' || s.step as what from step_runs s join remote_attempts m
    on m.step_run_id = s.id and m.attempt = s.attempt where s.state = 'SUCCEEDED' and m.outcome is distinct from 'SUCCEEDED'`,
  "a cached step has the results of one that succeeded": sql`
    select s.run_id::text || '/' || s.step as what from step_runs s left join step_runs o on o.id = s.cached_from
    where s.state = 'CACHED' and (o.id is null or o.state <> 'SUCCEEDED' or o.outputs <> s.outputs
      or o.cache_key is distinct from s.cache_key)`,
  "a step waits for consent exactly while its attempt does": sql`
    select s.run_id::text || '/' || s.step as what from step_runs s where (s.state = 'WAITING_CONSENT') <> exists
    (select 1 from remote_attempts m where m.step_run_id = s.id and m.attempt = s.attempt and m.state = 'WAITING_GRANT'
      and m.cancel_requested_at is null and m.waiting->>'code' = ${consentEnded})`,
  "a grant is redeemed once and for one hosted run": sql`
    select g.jti::text as what from redeemed_grants g where not exists
    (select 1 from hosted_runs h where h.grant_id = g.jti and h.run_key = g.run_key and h.attempt = g.attempt)`,
  "each hosted run traces to an agreement": sql`
    select h.run_key as what from hosted_runs h where not exists (select 1 from agreements a where a.id = h.agreement_id)`,
  "an ended hosted run has a signed receipt": sql`
    select run_key || ':' || attempt as what from hosted_runs where outcome is not null and receipt is null`,
  "an ended execution of a hosted run ended the hosted run": sql`
    select e.name as what from executions e join hosted_runs h on h.execution_name = e.name
    where e.state = 'ENDED' and h.outcome is null`,
  "nothing runs under a revoked agreement": sql`
    select h.run_key as what from hosted_runs h join agreements a on a.id = h.agreement_id
    where a.state = 'REVOKED' and h.outcome is null
      and (a.document->>'onRevoke' = 'kill' or h.state in ('RECEIVED','QUEUED'))`,
  "uses of an agreement are its hosted runs": sql`
    select a.id::text as what from agreements a where a.runs_used <>
    (select count(distinct (h.home, h.run_key)) from hosted_runs h where h.agreement_id = a.id)`,
  "what is set aside under an agreement is what its living runs may take": sql`
    select a.id::text as what from agreements a, unnest(array['cpuSeconds','gpuSeconds','outputBytes']) n
    where (a.reserved->>n)::numeric <> (select coalesce(sum((h.reserved->>n)::numeric), 0) from hosted_runs h
      where h.agreement_id = a.id and h.outcome is null)`,
  "every output of a step is in the store's index": sql`
    select s.run_id::text || '/' || s.step as what from step_runs s, jsonb_path_query(s.outputs, '$.**.sha256') d
    where not exists (select 1 from artifacts x where x.sha256 = d #>> '{}')`,
};

/** The clocks are watched every second or so; what is older than this was forgotten. */
const graceMs = 30_000;

async function emptyForTooLong(ctx: FrameworkContext): Promise<Broken[]> {
  const since = new Date(ctx.now().getTime() - ctx.timing.inputsMs - graceMs);
  const { rows } = await ctx.db.execute<{ what: string }>(sql`
    select run_key || ':' || attempt as what from hosted_runs
    where state = 'RECEIVED' and outcome is null and created_at < ${since.toISOString()}::timestamptz`);
  return rows.map(({ what }) => ({ invariant: "no accepted run waits for its inputs longer than agreed", what }));
}

type Ledger = { agreementId: string; runs: number } & Usage;

/** What each agreement says was used of it, for the hub to compare with what homes reported. */
async function readLedger(ctx: FrameworkContext): Promise<Ledger[]> {
  const { rows } = await ctx.db.execute<{ id: string; runs: number; used: Usage }>(
    sql`select id, runs_used as runs, used from agreements where runs_used > 0 order by id`,
  );
  return rows.map(({ id, runs, used }) => ({ agreementId: id, runs, ...used }));
}

const names = ["cpuSeconds", "gpuSeconds", "outputBytes"] as const;
const page = 500;

/** What the signed terminal records of all hosted runs add up to, by agreement. */
async function sumReceipts(ctx: FrameworkContext): Promise<Map<string, Usage>> {
  const sums = new Map<string, Usage>();
  for (let after = ["", "", 0]; ; ) {
    const [home, runKey, attempt] = after;
    const { rows } = await ctx.db.execute<{ home: string; key: string; attempt: number; id: string; receipt: string }>(
      sql`select home, run_key as key, attempt, agreement_id as id, receipt from hosted_runs
        where receipt is not null and (home, run_key, attempt) > (${home}, ${runKey}, ${attempt}::int)
        order by home, run_key, attempt limit ${page}`,
    );
    for (const { id, receipt } of rows) {
      const took = usageOf(receiptBody.parse(decodeJwt(receipt)));
      const sum = sums.get(id) ?? { cpuSeconds: 0, gpuSeconds: 0, outputBytes: 0 };
      for (const name of names) sum[name] += took[name];
      sums.set(id, sum);
    }
    const last = rows.at(-1);
    if (!last || rows.length < page) return sums;
    after = [last.home, last.key, last.attempt];
  }
}

/** Sums of fractions differ by the order in which they were added. */
const isApart = (one: number, other: number) => Math.abs(one - other) > 1e-6 * Math.max(1, Math.abs(one));

async function wrongLedger(ctx: FrameworkContext, ledger: Ledger[]): Promise<Broken[]> {
  const sums = await sumReceipts(ctx);
  const wrong = ledger.filter((row) =>
    names.some((name) => isApart(row[name], sums.get(row.agreementId)?.[name] ?? 0)),
  );
  const invariant = "what was used of an agreement is what its runs' receipts say";
  return wrong.map(({ agreementId }) => ({ invariant, what: agreementId }));
}

async function orphans(ctx: FrameworkContext): Promise<Broken[]> {
  const known = new Set((await listLive(ctx)).map((execution) => execution.name));
  const live = (await ctx.runtime.live()).filter((name) => !name.startsWith("build-"));
  return live
    .filter((name) => !known.has(name))
    .map((what) => ({ invariant: "no process without its execution", what }));
}

/** Reads database and runtime and lists every promise that is broken now; `settled` says that nothing is under way. */
export async function checkInvariants(
  ctx: FrameworkContext,
): Promise<{ broken: Broken[]; settled: boolean; ledger: Ledger[] }> {
  const broken: Broken[] = [];
  for (const [invariant, query] of Object.entries(invariants)) {
    const { rows } = await ctx.db.execute<{ what: string }>(query);
    broken.push(...rows.slice(0, 20).map(({ what }) => ({ invariant, what })));
  }
  const ledger = await readLedger(ctx);
  broken.push(...(await emptyForTooLong(ctx)), ...(await wrongLedger(ctx, ledger)), ...(await orphans(ctx)));
  const forgotten = (await restoreProblems(ctx)).map((what) => ({
    invariant: "a database that was set back has read again what it forgot",
    what,
  }));
  broken.push(...forgotten);
  const { rows } = await ctx.db.execute<{ open: number }>(sql`
    select (select count(*) from runs where state in ('QUEUED','RUNNING'))::int
         + (select count(*) from executions where state <> 'ENDED')::int
         + (select count(*) from hosted_runs where outcome is null)::int
         + (select count(*) from agreements where untold_decision is not null)::int
         + (select count(*) from runs where reported_seq < seq)::int as open`);
  return { broken, settled: rows[0]?.open === 0, ledger };
}
