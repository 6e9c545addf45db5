import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** The system user that Postgres runs as; undefined where the launcher itself is no root and may run it. */
export type Owner = { uid: number; gid: number };

const FALLBACK_USERS = ["krdc-postgres", "nobody"];

/** Postgres refuses to run as root, so root finds or makes it a user of its own. */
export function findOwner(currentUid: number): Owner | undefined {
  if (currentUid !== 0) return undefined;
  const known = ownerIn(readPasswd(), ["postgres", "krdc-postgres"]);
  if (known) return known;
  makeSystemUser();
  const made = ownerIn(readPasswd(), FALLBACK_USERS);
  return made ?? { uid: 65_534, gid: 65_534 };
}

/** The first of the names that stands in the text of /etc/passwd. */
export function ownerIn(passwd: string, names: readonly string[]): Owner | undefined {
  const rows = passwd.split("\n").map((row) => row.split(":"));
  for (const name of names) {
    const row = rows.find((fields) => fields[0] === name);
    if (row?.[2] && row[3]) return { uid: Number(row[2]), gid: Number(row[3]) };
  }
  return undefined;
}

function makeSystemUser(): void {
  const attempts: [string, string[]][] = [
    ["useradd", ["--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "krdc-postgres"]],
    ["adduser", ["-S", "-D", "-H", "krdc-postgres"]],
  ];
  for (const [command, args] of attempts) {
    try {
      execFileSync(command, args, { stdio: "ignore" });
      return;
    } catch {
      // the next command, or in the end the user that exists everywhere
    }
  }
}

function readPasswd(): string {
  return readFileSync("/etc/passwd", "utf8");
}
