import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Where } from "./command-line";
import { freshDatabase } from "./fresh-database";
import { serviceOf } from "./processes";

/** What `krdc cluster invite --json` prints. */
export type Invitation = { joinToken: string; start: { environment: Record<string, string>; commands: string[] } };

/** A framework that an operator started with the printed commands, in a folder of its own. */
export type HandMade = {
  process: ChildProcess;
  home: string;
  fingerprint: () => string[];
  /** The owner's command in the framework itself; answers what it printed. */
  own: (...words: string[]) => string;
};

/** The programs that this house runs. */
export function bundlesOf({ home }: Pick<Where, "home">): string {
  const words = readFileSync(`/proc/${serviceOf(home, "materials").pid}/cmdline`, "utf8").split("\0");
  return dirname(words.find((word) => word.endsWith("framework.mjs")) ?? "");
}

function adminUrlOf({ home }: Pick<Where, "home">): string {
  const { postgresAdmin } = JSON.parse(readFileSync(join(home, "keys/passwords.json"), "utf8"));
  const { port } = JSON.parse(readFileSync(join(home, "processes.json"), "utf8")).children.find(
    ({ name }: { name: string }) => name === "postgres",
  );
  return `postgres://krdc_admin:${postgresAdmin}@127.0.0.1:${port}/postgres`;
}

/** As an operator does it: makes a key, fills in what is theirs and runs the printed commands. */
export async function startByHand(
  where: Where,
  { start }: Invitation,
  folder: string,
  theirs: Record<string, string>,
): Promise<HandMade> {
  const bundles = bundlesOf(where);
  const program = join(bundles, "framework.mjs");
  execFileSync(process.execPath, [program, "make-key", join(folder, "operator.json")], { stdio: "pipe" });
  const home = join(folder, "home");
  const own = {
    FRAMEWORK_DATABASE_URL: (await freshDatabase(adminUrlOf(where))).url,
    FRAMEWORK_HOME: home,
    FRAMEWORK_OPERATOR_KEY_FILE: join(folder, "operator.pub.json"),
    KRDC_BUILD: bundles,
  };
  const { FRAMEWORK_PORT: _port, FRAMEWORK_URL: _url, ...printed } = start.environment;
  const { PATH = "", HOME = "" } = process.env;
  const env: NodeJS.ProcessEnv = { PATH, HOME, NODE_ENV: "production", ...printed, ...own, ...theirs };
  const [last = "", ...before] = [...start.commands].reverse();
  const script = [...before.reverse(), `exec ${last}`].join("\n");
  return {
    process: spawn("sh", ["-ec", script], { env, stdio: "ignore" }),
    home,
    fingerprint: () => readFileSync(join(home, "fingerprint"), "utf8").trim().split(" · "),
    own: (...words) => execFileSync(process.execPath, [program, ...words], { env, stdio: "pipe", encoding: "utf8" }),
  };
}
