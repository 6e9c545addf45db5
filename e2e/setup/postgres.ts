import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { chooseFreePort } from "#server/launch/ports";
import { openPostgres, postgresAnswers } from "#server/launch/postgres/open-postgres";
import { readProcesses } from "#server/launch/supervision/processes-file";
import { killGroup } from "#server/launch/supervision/signals";
import { Supervisor } from "#server/launch/supervision/supervisor";

declare module "vitest" {
  interface ProvidedContext {
    /** Address of a real Postgres, as its superuser; every test file makes a database of its own there. */
    pgAdminUrl: string;
  }
}

/** One real Postgres for all tests that need one; it ends with the tests, however they end. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = mkdtempSync(join(tmpdir(), "krdc-tests-"));
  mkdirSync(join(home, "logs"));
  let folder = "";
  const postgres = await openPostgres({
    root: process.cwd(),
    home,
    keptFolder: undefined,
    recordFolder: (made) => {
      folder = made;
    },
    choosePort: () => chooseFreePort([]),
    password: "krdc-tests",
    uid: process.getuid?.() ?? -1,
  });
  const supervisor = new Supervisor(home, (line) => console.log(line));
  supervisor.start({ ...postgres.spec, args: [...postgres.spec.args, "-c", "fsync=off"] });
  const killLeft = () => {
    for (const { pid } of readProcesses(home)) killGroup(pid);
  };
  process.on("exit", killLeft);
  if (!(await postgresAnswers(postgres.adminUrl, 30_000))) throw new Error(supervisor.tailOf("postgres"));
  project.provide("pgAdminUrl", postgres.adminUrl);
  return async () => {
    await supervisor.stop("postgres", 3_000);
    supervisor.close();
    process.off("exit", killLeft);
    rmSync(folder, { recursive: true, force: true });
    rmSync(home, { recursive: true, force: true });
  };
}
