import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import pg from "pg";
import { log } from "#server/log";

/** A database or an open transaction of it: repos take either as their first argument. */
export type Db = Pick<
  NodePgDatabase,
  "select" | "selectDistinct" | "insert" | "update" | "delete" | "execute" | "transaction" | "$count" | "$with" | "with"
>;

/** Opens a pool whose broken connections are dropped instead of ending the process. */
export function connect(url: string, size: number): { db: Db; pool: pg.Pool } {
  const pool = new pg.Pool({ connectionString: url, max: size, connectionTimeoutMillis: 10_000, keepAlive: true });
  pool.on("error", (error) => log.warn({ reason: error.message }, "an idle database connection broke"));
  pool.on("connect", (client) =>
    client.on("error", (error) => log.warn({ reason: error.message }, "database connection broke")),
  );
  return { db: drizzle(pool), pool };
}
