import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseFreePort } from "#server/launch/ports";
import { openPostgres, postgresAnswers } from "#server/launch/postgres/open-postgres";
import { readProcesses } from "#server/launch/supervision/processes-file";
import { killGroup } from "#server/launch/supervision/signals";
import { Supervisor } from "#server/launch/supervision/supervisor";

/** A Postgres that waits for the disk at each commit, as the tests' does not, and remembers when each was. */
export async function startPostgres(): Promise<{ adminUrl: string; end: () => Promise<void> }> {
  const home = mkdtempSync(join(tmpdir(), "krdc-bench-"));
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
    password: "krdc-bench",
    uid: process.getuid?.() ?? -1,
  });
  const supervisor = new Supervisor(home, (line) => console.error(line));
  supervisor.start({ ...postgres.spec, args: [...postgres.spec.args, "-c", "track_commit_timestamp=on"] });
  const killLeft = () => {
    for (const { pid } of readProcesses(home)) killGroup(pid);
  };
  process.on("exit", killLeft);
  if (!(await postgresAnswers(postgres.adminUrl, 30_000))) throw new Error(supervisor.tailOf("postgres"));
  return {
    adminUrl: postgres.adminUrl,
    end: async () => {
      await supervisor.stop("postgres", 5_000);
      supervisor.close();
      process.off("exit", killLeft);
      rmSync(folder, { recursive: true, force: true });
      rmSync(home, { recursive: true, force: true });
    },
  };
}
