import pg from "pg";
import { refuse, words } from "../words";
import { databaseUrl } from "./open-postgres";

export type DatabaseRequest = { database: string; role: string; password: string };

/**
 * Each service has a database and a role of its own: the role owns it, is no superuser, and no other role may even
 * connect. Names are ours, never a person's. Returns the addresses by database.
 */
export async function openDatabases(adminUrl: string, requests: DatabaseRequest[]): Promise<Record<string, string>> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    for (const request of requests) await openDatabase(client, request);
    await client.query("REVOKE CONNECT ON DATABASE postgres FROM PUBLIC");
    await client.query("REVOKE CONNECT ON DATABASE template1 FROM PUBLIC");
  } finally {
    await client.end();
  }
  const urls: Record<string, string> = {};
  for (const { database, role, password } of requests) {
    urls[database] = databaseUrl(adminUrl, database, { name: role, password });
    await assertHangul(database, urls[database]);
  }
  return urls;
}

async function openDatabase(client: pg.Client, { database, role, password }: DatabaseRequest): Promise<void> {
  const name = client.escapeIdentifier(role);
  const known = await client.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [role]);
  const verb = known.rowCount === 0 ? "CREATE" : "ALTER";
  const rights = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS";
  await client.query(`${verb} ROLE ${name} ${rights} PASSWORD ${client.escapeLiteral(password)}`);
  const there = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [database]);
  const target = client.escapeIdentifier(database);
  if (there.rowCount === 0) await client.query(`CREATE DATABASE ${target} OWNER ${name} ENCODING 'UTF8'`);
  await client.query(`REVOKE CONNECT ON DATABASE ${target} FROM PUBLIC`);
}

/** In a database of locale C a Hangul syllable is no letter, and searching for one finds nothing. */
async function assertHangul(name: string, url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const answer = await client.query<{ isLetter: boolean; encoding: string }>(
      `SELECT '가' ~ '^[[:alpha:]]$' AS "isLetter", current_setting('server_encoding') AS encoding`,
    );
    const [row] = answer.rows;
    if (!row?.isLetter || row.encoding !== "UTF8") throw refuse(words.notUtf8(name));
  } finally {
    await client.end();
  }
}
