/** A reason why nothing can go on that a person can remove; its message is the one line that is shown. */
export class Refusal extends Error {
  /**
   * @param {[english: string, korean: string]} words
   * @param {string} [detail] lines shown under it, such as the end of a build's output
   */
  constructor([english, korean], detail) {
    super(`KRDC: ${english} · ${korean}`);
    this.name = "Refusal";
    this.detail = detail;
  }
}

/** @type {Record<string, (...facts: (string | number)[]) => [string, string]>} */
/**
 * @param {number} port
 * @param {string} holder
 * @returns {[string, string]}
 */
export const portTaken = (port, holder) => [
  `port ${port} is taken${holder ? ` by ${holder}` : ""}: end that program, or start with another one (PORT=${port + 1} npm start).`,
  `포트 ${port}을(를) ${holder ? `${holder}이(가)` : "다른 프로그램이"} 쓰고 있습니다. 그 프로그램을 끝내거나 다른 포트로 시작하십시오(PORT=${port + 1} npm start).`,
];

export const words = {
  node: (have) => [
    `Node ${have} is too old: install Node 20.19 or newer.`,
    `Node ${have}은(는) 너무 오래되었습니다. Node 20.19 이상을 설치하십시오.`,
  ],
  linux: (have) => [
    `this system is ${have}, but the one-command start needs Linux: run it on a Linux machine.`,
    `이 시스템은 ${have}입니다. 리눅스에서 실행하십시오.`,
  ],
  noPython: () => [
    "python3 was not found: install Python 3.9 or newer (Debian: apt-get install python3 python3-venv).",
    "python3이 없습니다. Python 3.9 이상을 설치하십시오(데비안: apt-get install python3 python3-venv).",
  ],
  oldPython: (have) => [
    `python3 is ${have}: install Python 3.9 or newer.`,
    `python3이 ${have}입니다. Python 3.9 이상을 설치하십시오.`,
  ],
  noVenv: (name) => [
    `python3 has no module ${name}: install it (Debian: apt-get install python3-venv).`,
    `python3에 ${name} 모듈이 없습니다. 설치하십시오(데비안: apt-get install python3-venv).`,
  ],
  disk: (folder, have, need) => [
    `${folder} has ${have} MB free but ${need} MB are needed: free some space or choose another folder.`,
    `${folder}의 빈 공간이 ${have} MB입니다. ${need} MB가 필요하니 공간을 비우거나 다른 폴더를 쓰십시오.`,
  ],
  notWritable: (folder) => [
    `${folder} cannot be written: give this user the right or choose another folder.`,
    `${folder}에 쓸 수 없습니다. 쓰기 권한을 주거나 다른 폴더를 쓰십시오.`,
  ],
  memory: (have, limit) => [
    `only ${have} MB of memory are free, a build likes 1500 MB: building slower within ${limit} MB.`,
    `남은 메모리가 ${have} MB뿐입니다(빌드 권장 1500 MB). ${limit} MB 안에서 천천히 빌드합니다.`,
  ],
  install: () => [
    "npm ci failed: check the network and the package registry that npm is set to, then start again.",
    "npm ci가 실패했습니다. 네트워크와 npm 레지스트리 설정을 확인한 뒤 다시 시작하십시오.",
  ],
  bundles: () => ["building the services failed; the end of the output:", "서비스 빌드에 실패했습니다. 출력의 끝부분:"],
  portal: () => ["building the portal failed; the end of the output:", "포털 빌드에 실패했습니다. 출력의 끝부분:"],
  entryMissing: (name) => [`${name} is not there: this part is left out.`, `${name}이(가) 없어 이 부분은 건너뜁니다.`],
  waiting: (pid) => [
    `process ${pid} is installing or building here, waiting for it.`,
    `프로세스 ${pid}이(가) 설치 또는 빌드 중이어서 기다립니다.`,
  ],
  usage: () => ["use one of: start, test, krdc, dev, bench", "사용할 수 있는 명령: start, test, krdc, dev, bench"],
  notBuilt: (name) => [
    `${name} was not built, so this command cannot run.`,
    `${name}이(가) 빌드되지 않아 이 명령을 실행할 수 없습니다.`,
  ],
  noChromium: () => [
    "no Chromium: browser stories are skipped; install one (Debian: apt-get install chromium fonts-noto-cjk) or set KRDC_CHROMIUM.",
    "Chromium이 없어 브라우저 시험을 건너뜁니다. 설치하거나(데비안: apt-get install chromium fonts-noto-cjk) KRDC_CHROMIUM을 지정하십시오.",
  ],
};
