import { z } from "zod";
import { asJson, CliError, type Command, type CommandCall, neededOption } from "./command";

const QUIET_MS = 30_000;
const PAUSE_MS = 2_000;

const checkAnswer = z.looseObject({
  broken: z.array(z.looseObject({ invariant: z.string(), what: z.unknown() })),
});

async function printToken({ options, portal, io, isJson }: CommandCall): Promise<undefined> {
  const as = neededOption(options, "as");
  const answer = await portal.local("/api/v1/local/tokens", z.object({ token: z.string().min(1) }), { as });
  io.write(isJson ? asJson({ token: answer.token }) : `${answer.token}\n`);
}

async function login(): Promise<undefined> {
  throw new CliError("login.not_available");
}

/** What is in motion may look broken for a moment, so only what stays broken counts. */
async function check({ portal, io, isJson }: CommandCall): Promise<number> {
  const until = io.now().getTime() + QUIET_MS;
  const ask = () => portal.local("/api/v1/local/check", checkAnswer, {});
  let answer = await ask();
  while (answer.broken.length > 0 && io.now().getTime() < until) {
    await io.sleep(PAUSE_MS);
    answer = await ask();
  }
  const lines = answer.broken.map(
    ({ invariant, what }) => `${invariant}: ${typeof what === "string" ? what : JSON.stringify(what)}\n`,
  );
  const good = io.env.language === "ko" ? "모두 맞습니다.\n" : "Everything holds.\n";
  io.write(isJson ? asJson(answer) : lines.join("") || good);
  return answer.broken.length > 0 ? 1 : 0;
}

export const tokenCommands: Command[] = [
  {
    name: "login",
    usage: "login",
    help: { ko: "브라우저에서 확인하고 로그인합니다.", en: "Sign in, confirming in the browser." },
    least: 0,
    most: 0,
    run: login,
  },
  {
    name: "token",
    usage: "token --as ACCOUNT",
    help: {
      ko: "시연 계정의 API 토큰만 출력합니다(이 컴퓨터에서만 됩니다).",
      en: "Print only an API token of a demo account (on this machine only).",
    },
    options: { as: { type: "string" } },
    least: 0,
    most: 0,
    run: printToken,
  },
  {
    name: "check",
    usage: "check",
    help: {
      ko: "지켜져야 할 규칙을 검사하고, 깨진 것마다 한 줄씩 출력합니다.",
      en: "Check the invariants and print a line for each that is broken.",
    },
    least: 0,
    most: 0,
    run: check,
  },
];
