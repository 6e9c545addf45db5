import { randomUUID } from "node:crypto";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";
import { connect, type Db } from "./connect";

async function onServer(adminUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  await client.query(statement);
  await client.end();
}

/** A fresh hub database of one test file, with every migration applied. */
export async function aHubDatabase(adminUrl: string): Promise<{ db: Db; drop: () => Promise<void> }> {
  const name = `hub_${randomUUID().replaceAll("-", "")}`;
  await onServer(adminUrl, `create database ${name}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const { db, pool } = connect(url.href, 30);
  await migrate(drizzle(pool), { migrationsFolder: "drizzle/hub/migrations" });
  return {
    db,
    drop: async () => {
      await pool.end();
      await onServer(adminUrl, `drop database ${name} with (force)`);
    },
  };
}
