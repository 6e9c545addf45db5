import { cp, rm } from "node:fs/promises";
import { sql } from "drizzle-orm";
import pg from "pg";
import type { TestFramework } from "../framework.build";

async function onServer(adminUrl: string, statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

const nobodyIn = (name: string) =>
  `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and pid <> pg_backend_pid()`;

const asIs = { recursive: true, verbatimSymlinks: true };

/** A copy of a framework's database, of its folder too on request; both are put back with the framework away. */
export type Backup = { putBack: () => Promise<void>; drop: () => Promise<void> };

/** To be taken while the framework is away. */
export async function aBackup(framework: TestFramework, adminUrl: string, withFolder = false): Promise<Backup> {
  const { rows } = await framework.db.execute<{ name: string }>(sql`select current_database() as name`);
  const name = rows[0]?.name ?? "";
  const copy = `${name}_${Date.now()}`;
  const folder = `${framework.folder}-${copy}`;
  const renew = (target: string, source: string) => [
    nobodyIn(source),
    nobodyIn(target),
    `drop database if exists ${target} with (force)`,
    `create database ${target} template ${source}`,
  ];
  await onServer(adminUrl, renew(copy, name));
  if (withFolder) await cp(framework.folder, folder, asIs);
  return {
    putBack: async () => {
      await onServer(adminUrl, renew(name, copy));
      if (!withFolder) return;
      await rm(framework.folder, { recursive: true, force: true });
      await cp(folder, framework.folder, asIs);
    },
    drop: async () => {
      await onServer(adminUrl, [`drop database ${copy} with (force)`]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
