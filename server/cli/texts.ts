import { z } from "zod";
import { type Bilingual, inLanguage } from "#server/graph/text";
import { reasonText as sharedText } from "#server/i18n/reason-sentence";
import type { CliError, Command, Io } from "./command";

/** Sentences that only the command line needs; `{name}` is filled from the facts. The others are those of the interface. */
const SENTENCES: Record<string, Bilingual> = {
  "portal.unreachable": {
    ko: "{url} 이(가) 응답하지 않습니다({why}). npm start로 시작하거나 --portal 주소를 확인하세요.",
    en: "{url} does not answer ({why}). Start it with npm start, or check --portal.",
  },
  "portal.failed": { ko: "포털이 오류를 냈습니다(상태 {status}).", en: "The portal failed (status {status})." },
  "portal.answer_not_understood": {
    ko: "포털의 응답을 이해할 수 없습니다({what}). 버전이 다를 수 있습니다.",
    en: "The portal's answer was not understood ({what}). Its version may differ.",
  },
  "local.no_secret": {
    ko: "{home} 에 이 컴퓨터의 비밀 파일이 없습니다. npm start를 한 컴퓨터에서, 같은 KRDC_HOME으로 실행하세요.",
    en: "There is no secret in {home}. Run this on the machine of npm start, with the same KRDC_HOME.",
  },
  "auth.sign_in_first": {
    ko: "먼저 로그인하세요: KRDC_TOKEN에 API 토큰을 넣으세요(시연 계정: krdc token --as researcher).",
    en: "Sign in first: put an API token into KRDC_TOKEN (demo accounts: krdc token --as researcher).",
  },
  "login.not_available": {
    ko: "이 포털은 아직 명령줄 로그인을 제공하지 않습니다. KRDC_TOKEN을 쓰거나 krdc token --as 계정으로 토큰을 받으세요.",
    en: "This portal does not offer sign-in from the command line yet. Use KRDC_TOKEN, or krdc token --as ACCOUNT.",
  },
  "file.not_readable": { ko: "{path} 을(를) 읽을 수 없습니다({why}).", en: "{path} cannot be read ({why})." },
  "file.not_written": { ko: "{path} 에 쓸 수 없습니다({why}).", en: "{path} cannot be written ({why})." },
  "workflow.invalid": { ko: "고칠 곳이 {count}곳 있습니다.", en: "There are {count} things to correct." },
  "app.not_a_folder": { ko: "{path} 은(는) 폴더가 아닙니다.", en: "{path} is not a folder." },
  "app.git_not_available": {
    ko: "git 주소로 등록하는 기능은 아직 없습니다. 저장소를 내려받은 뒤 폴더로 등록하세요.",
    en: "Registering from a git address is not available yet. Clone the repository and register the folder.",
  },
  "app.empty_folder": { ko: "{path} 에 보낼 파일이 없습니다.", en: "{path} holds no files to send." },
  "app.link_in_folder": {
    ko: "{path} 은(는) 파일도 폴더도 아닙니다. 링크와 특수 파일은 보낼 수 없습니다.",
    en: "{path} is neither a file nor a folder. Links and special files cannot be sent.",
  },
  "app.too_large": { ko: "폴더가 너무 큽니다(최대 {limit} MB).", en: "The folder is too large (at most {limit} MB)." },
  "build.failed": { ko: "빌드가 실패했습니다. 위의 기록을 보세요.", en: "The build failed; its log is above." },
  "run.ended": { ko: "실행이 {state} 상태로 끝났습니다.", en: "The run ended {state}." },
  "run.no_outputs": {
    ko: "이 실행에는 받을 출력이 없습니다(상태 {state}).",
    en: "This run has no outputs to fetch (state {state}).",
  },
  "run.no_such_step": { ko: "이 실행에는 단계 {step} 이(가) 없습니다.", en: "This run has no step {step}." },
  "fetch.unsafe_name": { ko: "쓸 수 없는 파일 이름입니다: {name}", en: "This file name is not allowed: {name}" },
  "fetch.wrong_digest": {
    ko: "{path} 의 내용이 기록된 sha256과 다릅니다. 저장하지 않았습니다.",
    en: "The content of {path} differs from its recorded sha256. It was not kept.",
  },
  "upload.wrong_digest": {
    ko: "{path} 이(가) 보내는 동안 바뀌었거나 깨졌습니다.",
    en: "{path} changed or was damaged while it was sent.",
  },
};

/** `code: message`, then one line for each problem. */
export function refusalText(error: CliError, language: "ko" | "en"): string {
  const facts = { count: error.problems.length, ...error.facts };
  const message = reasonSentence(error.code, facts, language) ?? factsText(error.facts);
  const head = `${error.code}: ${oneLine(message)}\n`;
  const lines = error.problems.map(
    ({ path, code, message: text }) => `  ${path}: ${inLanguage(text, language)} [${code}]`,
  );
  const refused = refusedSteps.safeParse(error.facts.steps).data ?? [];
  lines.push(...refused.map(({ step, app, code }) => `  steps.${step}: ${app} [${code}]`));
  return [head, ...lines.map((line) => `${oneLine(line)}\n`)].join("");
}

/** Steps that may not run in another cluster, each with its app. */
const refusedSteps = z.array(z.looseObject({ step: z.string(), app: z.string(), code: z.string() }));

/** The sentence of a stable code; undefined when nobody wrote one. */
export function reasonSentence(
  code: string,
  facts: Record<string, unknown>,
  language: "ko" | "en",
): string | undefined {
  const own = Object.hasOwn(SENTENCES, code) ? SENTENCES[code] : undefined;
  const text = own ? inLanguage(own, language) : sharedText(language, code);
  return text === undefined ? undefined : fill(text, { code, ...facts });
}

const fill = (text: string, facts: Record<string, unknown>) =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => factText(facts[name] ?? ""));

const factText = (fact: unknown) => (typeof fact === "object" ? JSON.stringify(fact) : String(fact));

const oneLine = (text: string) => text.replace(/\p{Cc}+/gu, " ");

function factsText(facts: Record<string, unknown>): string {
  const { title, status: _status, problems: _problems, ...others } = facts;
  const named = Object.entries(others).filter(([, value]) => value !== undefined);
  return [title, ...named.map(([name, value]) => `${name} ${factText(value)}`)].filter(Boolean).join(", ");
}

const GENERAL = {
  ko: "모든 명령: --json (JSON 문서 하나만 출력), --portal 주소, --help\n토큰은 KRDC_TOKEN에서 읽습니다.\n",
  en: "Every command: --json (one JSON document and nothing else), --portal URL, --help\nThe token is read from KRDC_TOKEN.\n",
};

/** The list of commands, or of those that begin with the words given. */
export function helpText(commands: Command[], io: Io): string {
  const { language } = io.env;
  const lines = commands.map(({ usage, help }) => `  krdc ${usage}\n      ${inLanguage(help, language)}\n`);
  return `${lines.join("")}\n${GENERAL[language]}`;
}
