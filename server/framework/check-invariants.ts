import { sql } from "drizzle-orm";
import type { FrameworkContext } from "./context";
import { listLive } from "./execution/queue-execution";

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
    where a.state = 'REVOKED' and h.outcome is null and a.document->>'onRevoke' = 'kill'`,
  "uses of an agreement are its hosted runs": sql`
    select a.id::text as what from agreements a where a.runs_used <>
    (select count(distinct (h.home, h.run_key)) from hosted_runs h where h.agreement_id = a.id)`,
  "every output of a step is in the store's index": sql`
    select s.run_id::text || '/' || s.step as what from step_runs s, jsonb_path_query(s.outputs, '$.**.sha256') d
    where not exists (select 1 from artifacts x where x.sha256 = d #>> '{}')`,
};

async function orphans(ctx: FrameworkContext): Promise<Broken[]> {
  const known = new Set((await listLive(ctx)).map((execution) => execution.name));
  const live = (await ctx.runtime.live()).filter((name) => !name.startsWith("build-"));
  return live
    .filter((name) => !known.has(name))
    .map((what) => ({ invariant: "no process without its execution", what }));
}

/** Reads database and runtime and lists every promise that is broken now; `settled` says that nothing is under way. */
export async function checkInvariants(ctx: FrameworkContext): Promise<{ broken: Broken[]; settled: boolean }> {
  const broken: Broken[] = [];
  for (const [invariant, query] of Object.entries(invariants)) {
    const { rows } = await ctx.db.execute<{ what: string }>(query);
    broken.push(...rows.slice(0, 20).map(({ what }) => ({ invariant, what })));
  }
  broken.push(...(await orphans(ctx)));
  const { rows } = await ctx.db.execute<{ open: number }>(sql`
    select (select count(*) from runs where state in ('QUEUED','RUNNING'))::int
         + (select count(*) from executions where state <> 'ENDED')::int
         + (select count(*) from runs where reported_seq < seq)::int as open`);
  return { broken, settled: rows[0]?.open === 0 };
}
