import { type SQL, sql } from "drizzle-orm";
import type { Db } from "#server/db/connect";

type Broken = { invariant: string; what: string };

/** Each invariant as the rows that break it; `what` names them. */
const invariants: Record<string, SQL> = {
  "grant.has_authorization_and_agreement": sql`
    select g.id::text as what from grants g
    join authorizations a on a.id = g.authorization_id
    join agreements m on m.id = g.agreement_id
    where m.member_id <> a.member_id or g.home <> a.home or g.host <> m.host`,
  "grant.made_under_a_living_agreement": sql`
    select g.id::text as what from grants g join agreements m on m.id = g.agreement_id
    where m.host_signature is null or g.issued_at > coalesce(m.ended_at, 'infinity') or g.issued_at > m.expires_at`,
  "grant.same_hashes_for_one_attempt": sql`
    select run_key || '/' || attempt as what from grants
    group by run_key, attempt having count(distinct (parameters_hash, inputs_hash)) > 1`,
  "grant.one_open_attempt": sql`
    select run_key as what from grants where closed_at is null and introspected_at is not null
    group by run_key having count(distinct attempt) > 1`,
  "usage.is_of_its_grant": sql`
    select u.run_key || '/' || u.attempt as what from usage_entries u join grants g on g.id = u.grant_id
    where (u.run_key, u.attempt, u.agreement_id, u.home, u.host)
      is distinct from (g.run_key, g.attempt, g.agreement_id, g.home, g.host)`,
  "agreement.budget_kept": sql`
    select id::text as what from agreements
    where runs_used > coalesce((document->'budget'->>'runs')::bigint, (document->>'maxRuns')::bigint, runs_used)`,
  "agreement.delivered_has_an_answer": sql`
    select id::text as what from agreements where state in ('ACTIVE', 'SUSPENDED', 'REJECTED') and delivered_at is null
    and document->>'schema' = 'krdc.agreement/v2'`,
  "agreement.runs_counted_once": sql`
    select m.id::text as what from agreements m
    where m.runs_used <> (select count(distinct g.run_key) from grants g where g.agreement_id = m.id)`,
  "agreement.active_has_both_signatures": sql`
    select id::text as what from agreements
    where state = 'ACTIVE' and (host_signature is null or hub_signature is null)`,
  "listing.names_a_published_version": sql`
    select l.cluster || '/' || l.name as what from listings l
    where not exists (select 1 from app_versions v
      where v.cluster = l.cluster and v.name = l.name and v.version = l.version)`,
  "run.ended_has_its_time": sql`
    select id::text as what from runs
    where state in ('SUCCEEDED', 'FAILED', 'CANCELLED', 'REFUSED') and ended_at is null`,
};

async function rowsOf(db: Db, invariant: string, query: SQL): Promise<Broken[]> {
  const { rows } = await db.execute<{ what: string }>(sql`${query} limit 20`);
  return rows.map(({ what }) => ({ invariant, what: `hub: ${what}` }));
}

/** Settled means that the hub waits for nobody: no run being handed over, no revocation unacknowledged. */
export async function findBroken(db: Db, now: Date): Promise<{ broken: Broken[]; settled: boolean }> {
  const found = await Promise.all(Object.entries(invariants).map(([name, query]) => rowsOf(db, name, query)));
  const { rows } = await db.execute<{ waiting: number }>(sql`
    select ((select count(*) from runs where state in ('SUBMITTING', 'QUEUED', 'RUNNING') and created_at < ${now}::timestamptz)
      + (select count(*) from agreements where state = 'REVOKING'))::int as waiting`);
  return { broken: found.flat(), settled: rows[0]?.waiting === 0 };
}
