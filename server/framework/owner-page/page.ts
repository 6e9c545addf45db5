import { randomBytes } from "node:crypto";
import type { KrdcError } from "#server/errors";
import { type Language, languageOf } from "#server/i18n/language";
import { reasonSentence } from "#server/i18n/reason-sentence";
import type { Answer, Call } from "../gateway/call";
import { readCookie } from "./cookies";
import { Html, html, type Part } from "./html";
import { script, style } from "./look";
import { fill, type Texts, texts } from "./texts";

/** What every page is written with. */
export type View = { t: Texts; language: Language; call: Call };

export function viewOf(call: Call): View {
  const language = languageOf(readCookie(call, "language"), call.request.headers["accept-language"]);
  return { t: texts[language], language, call };
}

type Page = { status?: number; title: string; body: Part; isSmall?: boolean; head?: Html };

const policy = (nonce: string) =>
  [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    "img-src data:",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");

/** A page that looks again by itself takes only what changed, and is no person's doing. */
export const isLookingAgain = ({ request }: Call) => request.headers["x-krdc-live"] !== undefined;

/** A whole page; nothing in it comes from elsewhere. */
export function pageAnswer(view: View, { status = 200, title, body, isSmall, head }: Page): Answer {
  const nonce = randomBytes(16).toString("base64");
  const isLive = isLookingAgain(view.call);
  const text = html`<!doctype html><html lang="${view.language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">${head}
<title>${title} · ${view.call.ctx.name} · KRDC</title>${isLive ? "" : html`<style nonce="${nonce}">${new Html(style)}</style>`}</head>
<body>${header(view)}<main${isSmall ? html` class="small"` : ""}><h1>${title}</h1>${body}</main>
${isLive ? "" : html`<script nonce="${nonce}">${new Html(script)}</script>`}</body></html>`;
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy(nonce),
    // With "no-referrer" browsers hide from us that a form came from our own page.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "DENY",
  };
  return { status, headers, body: Buffer.from(text.text) };
}

const logo = html`<svg viewBox="0 0 20 20" aria-hidden="true"><circle cx="6" cy="10" r="4.5" fill="var(--c1)"/><circle cx="14" cy="10" r="4.5" fill="var(--c2)" opacity=".85"/></svg>`;

const rooms = [
  ["agreements", "/operator"],
  ["offers", "/operator/offers"],
  ["peers", "/operator/peers"],
  ["runs", "/operator/hosted-runs"],
  ["status", "/operator/status"],
] as const;

function header({ t, language, call }: View): Html {
  const other = language === "ko" ? "en" : "ko";
  const { owner, path } = call;
  const links = rooms.map(([name, to]) => {
    const isHere = to === "/operator" ? path === to || path.startsWith("/operator/agreements") : path.startsWith(to);
    return html`<a href="${to}"${isHere ? html` aria-current="page"` : ""}>${t.nav[name]}</a>`;
  });
  const leave =
    owner &&
    html`<span>${fill(t.signedInAs, { name: owner.name })}</span>
<form method="post" action="/operator/sign-out">${csrfField(call)}<button class="text">${t.signOut}</button></form>`;
  return html`<header class="top"><span class="logo">${logo}<span>KRDC · <b>${call.ctx.name}</b> · ${t.title}</span></span>
${owner ? html`<nav>${links}</nav>` : ""}<span class="who">${leave}<a href="/operator/language/${other}" lang="${other}">${t.other}</a></span></header>`;
}

export const csrfField = ({ owner }: Call) => html`<input type="hidden" name="csrf" value="${owner?.csrf}">`;

/** The sentence of a stable reason, in the reader's language. */
export const reasonText = (view: View, reason: string, detail: Record<string, unknown> = {}): string =>
  reasonSentence(view.language, reason, detail) ?? reason;

/** What a person reads when something was not done. */
export function refusalAnswer(call: Call, error: KrdcError): Answer {
  const view = viewOf(call);
  const to = call.owner ? "/operator" : "/operator/sign-in";
  return pageAnswer(view, {
    status: error.status,
    title: view.t.wentWrong,
    isSmall: true,
    body: html`<p class="note bad" role="alert">${reasonText(view, error.reason, error.detail)} <code>${error.reason}</code></p>
<p><a class="button quiet" href="${to}">${call.owner ? view.t.back : view.t.signIn}</a></p>`,
  });
}

export const goTo = (to: string): Answer => ({ status: 303, headers: { location: to }, body: Buffer.alloc(0) });

export const numberText = ({ language }: View, amount: number) => amount.toLocaleString(language);

const powers = ["KiB", "MiB", "GiB", "TiB", "PiB"];

/** The number as it counts, and beside it what a person can picture. */
export function amountText(view: View, name: string, amount: number): string {
  const exact = numberText(view, amount);
  if (name.endsWith("Bytes") && amount >= 1024) {
    const power = Math.min(powers.length, Math.floor(Math.log(amount) / Math.log(1024)));
    return `${exact} (${numberText(view, Number((amount / 1024 ** power).toPrecision(3)))} ${powers[power - 1]})`;
  }
  const hours = amount / 3600;
  return name.endsWith("Seconds") && hours >= 1
    ? `${exact} (${numberText(view, Number(hours.toPrecision(3)))} h)`
    : exact;
}

export function timeText({ language }: View, at: Date | string | null): Part {
  if (at === null) return "–";
  const when = new Date(at);
  const shown = when.toLocaleString(language, {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  });
  return html`<time datetime="${when.toISOString()}">${shown}</time>`;
}

const shapes = {
  ok: ["ACTIVE", "SUCCEEDED", "ACCEPTED"],
  run: ["RUNNING", "REVOKING", "CANCELLING"],
  bad: ["REVOKED", "REJECTED", "FAILED", "EXPIRED", "DEADLINE", "LOST_ON_HOST", "LEASE_EXPIRED", "AUTHORIZATION_STALE"],
  need: ["REQUESTED", "APPROVED", "SUSPENDED"],
};

/** A state is shape and colour, so that it reads without colour. */
export function stateMark(state: string, text: string): Html {
  const shape = Object.entries(shapes).find(([, states]) => states.includes(state))?.[0] ?? "wait";
  return html`<span class="state ${shape}">${text}</span>`;
}
