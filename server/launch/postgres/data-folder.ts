import { spawnSync } from "node:child_process";
import { chownSync, existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { refuse, words } from "../words";
import type { Place } from "./place";

export const ADMIN_ROLE = "krdc_admin";

/** A locale in which Hangul are letters: the system's own, or the one that is built into Postgres. */
const LOCALES = [["--locale=C.UTF-8"], ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]];

/** Makes the data folder once; it gets its name when it is complete, so a killed start leaves nothing that counts. */
export function openDataFolder({ folder, owner }: Place, binaries: string, password: string): string {
  const data = join(folder, "data");
  if (existsSync(data)) return data;
  const draft = join(folder, "data.tmp");
  const passwordFile = join(folder, "password.tmp");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (owner) chownSync(passwordFile, owner.uid, owner.gid);
  try {
    const outputs = LOCALES.map((locale) => {
      if (existsSync(data)) return "";
      rmSync(draft, { recursive: true, force: true });
      const args = [
        ...locale,
        "-D",
        draft,
        "-U",
        ADMIN_ROLE,
        "-E",
        "UTF8",
        "--auth=scram-sha-256",
        "--no-instructions",
      ];
      const run = spawnSync(join(binaries, "bin/initdb"), [...args, `--pwfile=${passwordFile}`], {
        cwd: folder,
        env: postgresEnv(folder) as NodeJS.ProcessEnv,
        encoding: "utf8",
        ...owner,
      });
      if (run.status === 0) renameSync(draft, data);
      return `${run.error?.message ?? ""}${run.stdout ?? ""}${run.stderr ?? ""}`;
    });
    if (!existsSync(data)) throw refuse(words.postgresInit(), outputs.join("\n").trim());
  } finally {
    rmSync(passwordFile, { force: true });
  }
  return data;
}

/** Nothing of our environment reaches Postgres. */
export function postgresEnv(folder: string): Record<string, string> {
  return { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: folder, TZ: "UTC", LC_MESSAGES: "C" };
}
