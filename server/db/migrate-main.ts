import { join } from "node:path";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";
import { z } from "zod";
import { migrateEnv } from "#server/env";

const which = z.enum(["hub", "framework"]).parse(process.argv[2]);
const env = migrateEnv();
const client = new pg.Client({ connectionString: env.DATABASE_URL });
await client.connect();
// Two starts at once must not apply the same migration twice.
await client.query("select pg_advisory_lock(82140117)");
const folder = env.KRDC_BUILD ?? process.cwd();
await migrate(drizzle(client), { migrationsFolder: join(folder, "drizzle", which, "migrations") });
await client.end();
