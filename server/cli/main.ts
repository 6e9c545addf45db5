import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { cliEnv } from "#server/env";
import { runCommandLine } from "./command-line";

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

async function main(): Promise<number> {
  const env = readEnv();
  if (!env) return 2;
  return runCommandLine(process.argv.slice(2), {
    env,
    write: (text) => void process.stdout.write(text),
    note: (text) => void process.stderr.write(text),
    isTerminal: process.stdout.isTTY === true,
    now: () => new Date(),
    sleep: (ms) => delay(ms),
  });
}

function readEnv() {
  try {
    return cliEnv();
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const names = error.issues.map(({ path }) => path.join(".")).join(", ");
    process.stderr.write(
      `usage.wrong: ${names}: 환경 변수의 값이 잘못되었습니다. / This environment variable is not valid.\n`,
    );
    return undefined;
  }
}

process.exitCode = await main();
