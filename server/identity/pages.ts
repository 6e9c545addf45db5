import type { Account } from "./accounts";

export type Language = "ko" | "en";

const texts = {
  ko: {
    title: "KRDC 로그인",
    lead: "계정을 고르십시오. 이 컴퓨터에서만 쓰는 시험용 계정입니다.",
    account: "계정",
    password: "비밀번호",
    shown: "시험용 비밀번호",
    signIn: "로그인",
    wrong: "비밀번호가 맞지 않습니다. 다시 입력하십시오.",
    gone: "이 로그인 요청은 끝났습니다. 포털에서 다시 시작하십시오.",
    signOutTitle: "로그아웃",
    signOut: "로그아웃",
    signedOut: "로그아웃되었습니다. 이 창을 닫아도 됩니다.",
    deviceTitle: "기기 연결",
    deviceEnter: "명령줄에 표시된 코드를 입력하십시오.",
    deviceWrong: "코드가 맞지 않습니다. 다시 입력하십시오.",
    deviceConfirm: "명령줄에 같은 코드가 보이면 계속하십시오.",
    deviceDone: "연결되었습니다. 이 창을 닫고 명령줄로 돌아가십시오.",
    next: "계속",
    abort: "취소",
    failed: "처리하지 못했습니다.",
  },
  en: {
    title: "Sign in to KRDC",
    lead: "Choose an account. These are demo accounts of this computer only.",
    account: "Account",
    password: "Password",
    shown: "Demo password",
    signIn: "Sign in",
    wrong: "That password is not right. Please try again.",
    gone: "This sign-in has ended. Start again from the portal.",
    signOutTitle: "Sign out",
    signOut: "Sign out",
    signedOut: "You are signed out. You may close this window.",
    deviceTitle: "Connect a device",
    deviceEnter: "Enter the code that the command line shows.",
    deviceWrong: "That code is not right. Please try again.",
    deviceConfirm: "Continue if the command line shows the same code.",
    deviceDone: "Connected. Close this window and go back to the command line.",
    next: "Continue",
    abort: "Cancel",
    failed: "That did not work.",
  },
} satisfies Record<Language, Record<string, string>>;

export type TextKey = keyof (typeof texts)["ko"];

/** The portal's wish first, then the browser's; Korean where neither says. */
export function languageOf(uiLocales: unknown, acceptLanguage: string | undefined): Language {
  const wishes = `${typeof uiLocales === "string" ? uiLocales : ""} ${acceptLanguage ?? ""}`;
  return /\b(ko|en)\b/i.exec(wishes)?.[1]?.toLowerCase() === "en" ? "en" : "ko";
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

export type LoginView = {
  language: Language;
  action: string;
  accounts: readonly Account[];
  chosen: string;
  /** Shown and filled in where the accounts are a demonstration. */
  password: string | undefined;
  isWrong: boolean;
};

export function loginPage(view: LoginView): string {
  const t = texts[view.language];
  const choices = view.accounts.map((account) => choiceOf(account, view)).join("");
  const shown = view.password ? `<p class="hint">${t.shown}: <code>${escapeHtml(view.password)}</code></p>` : "";
  return page(
    view.language,
    t.title,
    `<p class="lead">${t.lead}</p>
<form method="post" action="${escapeHtml(view.action)}">
<fieldset><legend>${t.account}</legend><div class="accounts">${choices}</div></fieldset>
<label class="field" for="password">${t.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required
 value="${escapeHtml(view.password ?? "")}"${view.isWrong ? ' aria-invalid="true" aria-describedby="problem" autofocus' : ""}>
${shown}${view.isWrong ? `<p id="problem" class="problem" role="alert">${t.wrong}</p>` : ""}
<button type="submit">${t.signIn}</button></form>`,
  );
}

function choiceOf(account: Account, { language, chosen, isWrong }: LoginView): string {
  const mark = account.id === chosen ? ` checked${isWrong ? "" : " autofocus"}` : "";
  return `<label class="account"><input type="radio" name="account" value="${account.id}"${mark}>
<span><b>${account.name[language]}</b> <code>${account.id}</code><small>${account.organization.name[language]} · ${account.may[language]}</small></span></label>`;
}

/** A page that says one thing. */
export function notePage(language: Language, title: TextKey, note: TextKey): string {
  return page(language, texts[language][title], `<p class="lead" role="status">${texts[language][note]}</p>`);
}

export function signOutPage(language: Language, form: string): string {
  const t = texts[language];
  const button = `<button id="out" type="submit" form="op.logoutForm" name="logout" value="yes" autofocus>${t.signOut}</button>`;
  return page(language, t.signOutTitle, `${form}${button}`);
}

export function deviceCodePage(language: Language, form: string, isWrong: boolean): string {
  const t = texts[language];
  const note = isWrong
    ? `<p class="problem" role="alert">${t.deviceWrong}</p>`
    : `<p class="lead">${t.deviceEnter}</p>`;
  return page(
    language,
    t.deviceTitle,
    `${note}${form}<button type="submit" form="op.deviceInputForm">${t.next}</button>`,
  );
}

export function deviceConfirmPage(language: Language, form: string, code: string): string {
  const t = texts[language];
  return page(
    language,
    t.deviceTitle,
    `<p class="lead">${t.deviceConfirm}</p><p class="code"><code>${escapeHtml(code)}</code></p>${form}
<button type="submit" form="op.deviceConfirmForm" autofocus>${t.next}</button>
<button class="quiet" type="submit" form="op.deviceConfirmForm" name="abort" value="yes">${t.abort}</button>`,
  );
}

const STYLE = `:root{color-scheme:light dark;--paper:#fbfbf9;--card:#fff;--ink:#1b1d22;--dim:#5f6570;--line:#e6e5e0;--soft:#f3f2ee;--accent:#2f5bd8;--accent-soft:#e9eefc;--on:#fff;--bad:#c2392b;--c1:#0d7d7d;--c2:#7a4bc2}
@media (prefers-color-scheme:dark){:root{--paper:#14161a;--card:#1b1e24;--ink:#eceef2;--dim:#a3a9b5;--line:#2b2f37;--soft:#22262d;--accent:#7d9dff;--accent-soft:#232c48;--on:#10131a;--bad:#ff7b6b;--c1:#4fd0cb;--c2:#b99aff}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;background:var(--paper);color:var(--ink);font:15px/1.5 Pretendard,"Noto Sans CJK KR","Noto Sans KR",system-ui,sans-serif}
main{width:100%;max-width:520px;background:var(--card);border:1px solid var(--line);border-radius:12px;padding:28px}
.logo{display:flex;gap:9px;align-items:center;font-weight:700;letter-spacing:-.02em}.logo i{width:20px;height:20px;border-radius:6px;background:conic-gradient(from 210deg,var(--c1),var(--accent),var(--c2),var(--c1))}
h1{font-size:21px;letter-spacing:-.02em;margin:18px 0 2px}.lead{color:var(--dim);margin:0 0 16px}
fieldset{border:0;padding:0;margin:0 0 16px}legend,.field{display:block;font-size:13px;font-weight:600;color:var(--dim);margin-bottom:6px;padding:0}
.account{display:flex;gap:11px;align-items:flex-start;padding:9px 12px;border:1px solid var(--line);border-radius:9px;margin-bottom:6px;cursor:pointer}.account:has(:checked){border-color:var(--accent);background:var(--accent-soft)}.account:has(:focus-visible){outline:2px solid var(--accent);outline-offset:1px}
.account input{margin-top:4px;accent-color:var(--accent)}.account small{display:block;color:var(--dim);font-size:12.5px}code{font:12.5px ui-monospace,"Noto Sans Mono CJK KR",monospace;color:var(--dim)}
input[type=password],input[type=text]{width:100%;height:40px;padding:0 12px;border:1px solid var(--line);border-radius:9px;background:var(--paper);color:var(--ink);font:inherit;margin-bottom:8px}input:focus-visible,button:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
.hint{color:var(--dim);margin:0 0 8px;font-size:13px}.hint code{color:var(--ink);user-select:all}.problem{color:var(--bad);margin:0 0 8px}.code code{font-size:26px;color:var(--ink);letter-spacing:.08em}
button{width:100%;height:40px;margin-top:8px;border:1px solid var(--accent);border-radius:9px;background:var(--accent);color:var(--on);font:inherit;font-weight:600;cursor:pointer}button.quiet{background:var(--card);border-color:var(--line);color:var(--ink)}`;

function page(language: Language, title: string, body: string): string {
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title}</title><style>${STYLE}</style></head><body><main><div class="logo"><i></i>KRDC</div><h1>${title}</h1>${body}</main></body></html>`;
}
