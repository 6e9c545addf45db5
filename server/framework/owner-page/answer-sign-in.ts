import { KrdcError } from "#server/errors";
import { sha256Hex } from "#server/protocol/canonical";
import type { Answer, Call, Handler } from "../gateway/call";
import { param } from "../gateway/call";
import { readCookie, setCookie } from "./cookies";
import { html } from "./html";
import { confirmBody } from "./list-pages";
import { type OwnerDoor, type PendingSignIn, randomWord, type Widening } from "./owner-door";
import { goTo, pageAnswer, refusalAnswer, viewOf } from "./page";
import { beginSignIn, finishSignIn } from "./sign-in";
import { fill } from "./texts";
import { carryOut, nonceOf, statementOf } from "./widening";

const browserSeconds = 30 * 60;

function doorOf({ ctx }: Call): OwnerDoor {
  if (!ctx.owner?.settings) throw new KrdcError("unavailable", "owner.not_configured");
  return ctx.owner;
}

/** A handler whose refusals are read by a person. */
export const asPage =
  (handler: Handler): Handler =>
  async (call) => {
    try {
      return await handler(call);
    } catch (error) {
      if (!(error instanceof KrdcError)) throw error;
      if (error.cause)
        call.ctx.log.info({ code: error.reason, cause: String(error.cause) }, "the owner's page refused");
      return refusalAnswer(call, error);
    }
  };

/** Only the browser in which a sign-in began may bring it back. */
function browserWord(call: Call): string {
  const kept = readCookie(call, "browser");
  const word = kept && /^[\w-]{43}$/.test(kept) ? kept : randomWord();
  setCookie(call, "browser", word, browserSeconds);
  return word;
}

const isOurs = (to: string | null): to is string => to !== null && /^\/operator(\/[\w.-]+)*$/.test(to);

export const getSignIn: Handler = asPage(async (call) => {
  const to = call.query.get("to");
  const url = await beginSignIn(call.ctx, doorOf(call), {
    browser: sha256Hex(browserWord(call)),
    to: isOurs(to) ? to : "/operator",
    nonce: randomWord(),
    language: viewOf(call).language,
  });
  return goTo(url);
});

/** What answers anybody who is not signed in. */
export function signedOutAnswer(call: Call): Answer {
  const view = viewOf(call);
  const { t } = view;
  const settings = call.ctx.owner?.settings;
  if (!settings) return refusalAnswer(call, new KrdcError("unavailable", "owner.not_configured"));
  const to = call.method === "GET" && isOurs(call.path) ? call.path : "/operator";
  return pageAnswer(view, {
    status: 401,
    title: t.title,
    isSmall: true,
    body: html`<p class="lead">${fill(t.welcome, { framework: call.ctx.name })}</p>
<p>${fill(t.signInText, { issuer: settings.issuer })}</p><p><a class="button" href="/operator/sign-in?to=${to}">${t.signIn}</a></p>`,
  });
}

/** Shows a widening decision as it will stand, and the way to the issuer that confirms exactly it. */
export async function askToConfirm(call: Call, widening: Widening, done: { to: string }): Promise<Answer> {
  const { owner: session } = call;
  if (!session) throw new TypeError("this door does not prove owner");
  const view = viewOf(call);
  const statement = statementOf(call.ctx, widening);
  const nonce = nonceOf(statement);
  const url = await beginSignIn(call.ctx, doorOf(call), {
    browser: sha256Hex(browserWord(call)),
    to: done.to,
    nonce,
    decision: { statement, session },
    language: view.language,
    hint: session.sub,
  });
  return pageAnswer(view, { title: view.t.confirm.title, body: confirmBody(view, statement, nonce, url) });
}

type Decision = NonNullable<PendingSignIn["decision"]>;

function refuseOther(call: Call, { session }: Decision, sub: string): void {
  if (!doorOf(call).isOpen(session, call.ctx.now())) throw new KrdcError("unauthenticated", "owner.sign_in_gone");
  if (session.sub !== sub) throw new KrdcError("forbidden", "owner.other_person");
}

/** Back from the issuer: opens a session, or carries out the one decision that was signed in for. */
export const getCallback: Handler = asPage(async (call) => {
  const door = doorOf(call);
  const state = call.query.get("state") ?? "";
  const pending = door.take(state, readCookie(call, "browser"), call.ctx.now());
  if (!pending) throw new KrdcError("unauthenticated", "owner.sign_in_gone");
  const { person, proof } = await finishSignIn(call.ctx, door, { query: call.query, state, pending });
  const { decision } = pending;
  if (decision) {
    refuseOther(call, decision, person.sub);
    call.owner = decision.session;
    await carryOut(call.ctx, decision.statement, {
      by: `operator:${person.sub}`,
      proof: { ...proof, statement: decision.statement.id },
    });
    decision.session.seenAt = call.ctx.now().getTime();
  } else {
    setCookie(call, "session", door.open(person, call.ctx.now()));
  }
  return goOn(call, pending.to);
});

/** A strict cookie is not sent along a redirect that began at the issuer's site, so the way on begins on a page of ours. */
function goOn(call: Call, to: string): Answer {
  const view = viewOf(call);
  return pageAnswer(view, {
    title: view.t.title,
    isSmall: true,
    head: html`<meta http-equiv="refresh" content="0;url=${to}">`,
    body: html`<p><a class="button" href="${to}">${view.t.continue}</a></p>`,
  });
}

export const postSignOut: Handler = asPage(async (call) => {
  if (call.owner) doorOf(call).close(call.owner);
  setCookie(call, "session", "", 0);
  return goTo("/operator");
});

export const getLanguage: Handler = async (call) => {
  setCookie(call, "language", param(call, "language") === "ko" ? "ko" : "en", 365 * 86_400);
  return goTo("/operator");
};
