import { spawn } from "node:child_process";
import { join } from "node:path";
import type { DatabaseUrls } from "./options";
import { refuse, words } from "./words";

const TAIL_LINES = 30;

/** Brings every database to this build's tables before any service looks at it. */
export async function migrateDatabases(bundles: string, databases: DatabaseUrls): Promise<void> {
  await Promise.all([
    migrateOne(bundles, "hub", "hub", databases.hub),
    migrateOne(bundles, "framework", "materials", databases.materials),
    migrateOne(bundles, "framework", "bio", databases.bio),
  ]);
}

async function migrateOne(bundles: string, building: string, name: string, url: string): Promise<void> {
  const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
    const child = spawn(process.execPath, [join(bundles, "migrate.mjs"), building], {
      cwd: bundles,
      env: { NODE_ENV: "production", DATABASE_URL: url, KRDC_BUILD: bundles },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString("utf8")).slice(-16_384);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) => resolve({ code: 1, output: error.message }));
    child.on("close", (status) => resolve({ code: status ?? 1, output }));
  });
  if (code !== 0) throw refuse(words.migration(name), output.trim().split("\n").slice(-TAIL_LINES).join("\n"));
}
