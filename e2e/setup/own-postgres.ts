import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseFreePort } from "#server/launch/ports";
import { openPostgres, postgresAnswers } from "#server/launch/postgres/open-postgres";
import { readProcesses } from "#server/launch/supervision/processes-file";
import { killGroup } from "#server/launch/supervision/signals";
import { Supervisor } from "#server/launch/supervision/supervisor";

/** A real Postgres of its own, with one more setting; it ends with this process, however that ends. */
export async function ownPostgres(
  purpose: string,
  setting: string,
): Promise<{ adminUrl: string; end: () => Promise<void> }> {
  const home = mkdtempSync(join(tmpdir(), `krdc-${purpose}-`));
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
    password: `krdc-${purpose}`,
    uid: process.getuid?.() ?? -1,
  });
  const supervisor = new Supervisor(home, (line) => console.error(line));
  supervisor.start({ ...postgres.spec, args: [...postgres.spec.args, "-c", setting] });
  const killLeft = () => {
    for (const { pid } of readProcesses(home)) killGroup(pid);
  };
  process.on("exit", killLeft);
  if (!(await postgresAnswers(postgres.adminUrl, 30_000))) throw new Error(supervisor.tailOf("postgres"));
  const end = async () => {
    await supervisor.stop("postgres", 5_000);
    supervisor.close();
    process.off("exit", killLeft);
    rmSync(folder, { recursive: true, force: true });
    rmSync(home, { recursive: true, force: true });
  };
  return { adminUrl: postgres.adminUrl, end };
}
