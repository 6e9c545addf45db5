import { Refusal } from "./bootstrap/words.js";

type Words = [english: string, korean: string];

/** Ends the start with one line for the person at the terminal. */
export function refuse(words: Words, detail?: string): Refusal {
  return new Refusal(words, detail);
}

/** One line in both languages. */
export function line([english, korean]: Words): string {
  return `${english} · ${korean}`;
}

export const words = {
  badValue: (name: string, rule: string): Words => [`${name} ${rule}.`, `환경 변수 ${name}의 값이 잘못되었습니다.`],
  databasesTogether: (): Words => [
    "give HUB_DATABASE_URL, FRAMEWORK_DATABASE_URL_MATERIALS and FRAMEWORK_DATABASE_URL_BIO all three, or none of them.",
    "HUB_DATABASE_URL, FRAMEWORK_DATABASE_URL_MATERIALS, FRAMEWORK_DATABASE_URL_BIO는 셋 다 지정하거나 모두 비우십시오.",
  ],
  alreadyRunning: (home: string, pid: number): Words => [
    `process ${pid} is already running from ${home}: end it first, or set KRDC_HOME to another folder.`,
    `프로세스 ${pid}이(가) ${home}에서 이미 실행 중입니다. 먼저 끝내거나 KRDC_HOME을 다른 폴더로 지정하십시오.`,
  ],
  portMoved: (name: string, from: number, to: number): Words => [
    `port ${from} of ${name} is taken by another program, using ${to} from now on.`,
    `${name}의 포트 ${from}을(를) 다른 프로그램이 쓰고 있어 이제부터 ${to}을(를) 씁니다.`,
  ],
  survivors: (names: string): Words => [
    `ending what an earlier start left running: ${names}.`,
    `이전 실행에서 남은 프로세스를 끝냅니다: ${names}.`,
  ],
  childEnded: (name: string, how: string, seconds: number): Words => [
    `${name} ended unexpectedly (${how}), starting it again in ${seconds} s.`,
    `${name}이(가) 예기치 않게 끝나(${how}) ${seconds}초 뒤 다시 시작합니다.`,
  ],
  childForced: (name: string): Words => [
    `${name} did not end in time and was killed.`,
    `${name}을(를) 강제로 끝냈습니다.`,
  ],
  neverAnswered: (name: string, log: string): Words => [
    `${name} did not come up; what it said, and the end of ${log}:`,
    `${name}이(가) 시작되지 않았습니다. 응답과 ${log}의 끝부분:`,
  ],
  postgresBinaries: (arch: string): Words => [
    `there is no embedded Postgres for this machine (${arch}): give HUB_DATABASE_URL and the others.`,
    `이 컴퓨터(${arch})용 내장 Postgres가 없습니다. HUB_DATABASE_URL 등을 지정하십시오.`,
  ],
  postgresInit: (): Words => ["Postgres could not be set up; its output:", "Postgres를 준비하지 못했습니다. 출력:"],
  postgresFolder: (folder: string): Words => [
    `${folder} belongs to another user: remove it or set KRDC_HOME to another folder.`,
    `${folder}이(가) 다른 사용자의 것입니다. 지우거나 KRDC_HOME을 다른 폴더로 지정하십시오.`,
  ],
  notUtf8: (name: string): Words => [
    `database ${name} does not understand Hangul (it must be UTF-8 with a C.UTF-8 or ICU locale).`,
    `데이터베이스 ${name}이(가) 한글을 처리하지 못합니다(UTF-8과 C.UTF-8 또는 ICU 로캘 필요).`,
  ],
  migration: (name: string): Words => [
    `the tables of ${name} could not be brought up to date; the end of the output:`,
    `${name}의 테이블을 갱신하지 못했습니다. 출력의 끝부분:`,
  ],
  hubRefused: (what: string, code: string): Words => [
    `the hub refused ${what} (${code}).`,
    `허브가 ${what} 요청을 거절했습니다(${code}).`,
  ],
  notBuilt: (name: string): Words => [`${name} was not built.`, `${name}이(가) 빌드되지 않았습니다.`],
  stopping: (): Words => ["Ending everything in order …", "차례로 끝내는 중 …"],
  stopped: (): Words => ["Everything has ended.", "모두 끝났습니다."],
  ownerPage: (name: string, url: string): Words => [`Owner's page of ${name}: ${url}`, `${name} 주인 페이지`],
  accounts: (password: string): Words => [`Demo accounts, password ${password}:`, `시험용 계정, 비밀번호 ${password}:`],
  setupCode: (code: string): Words => [
    `Setup code for the first hub operator: ${code}`,
    `첫 허브 운영자를 위한 설정 코드: ${code}`,
  ],
  sampleBuilt: (name: string): Words => [`sample ${name}: built and published`, `예제 ${name}: 빌드 및 게시됨`],
  sampleThere: (name: string): Words => [`sample ${name}: already there`, `예제 ${name}: 이미 있음`],
  sampleFailed: (name: string, why: string): Words => [`sample ${name}: failed (${why})`, `예제 ${name}: 실패`],
  samplesDone: (): Words => ["Samples are done.", "예제 준비가 끝났습니다."],
};
