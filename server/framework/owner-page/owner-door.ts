import { randomBytes } from "node:crypto";
import type { Configuration } from "openid-client";
import type { AgreementDocument } from "#server/protocol/agreement";
import { sha256Hex } from "#server/protocol/canonical";
import type { OfferDocument } from "#server/protocol/offer";

/** Where this framework's own operators sign in; no issuer means that only the command line decides. */
export type OwnerIssuer = { issuer: string; clientId: string; clientSecret: string };

export type OwnerPerson = { sub: string; name: string };
export type OwnerSession = OwnerPerson & { key: string; csrf: string; openedAt: number; seenAt: number };

/** A decision that allows more than before: who makes it signs in anew for exactly this. */
export type Widening =
  | { action: "agreement.approve"; subject: string; document: AgreementDocument }
  | { action: "agreement.resume"; subject: string; document: AgreementDocument }
  | { action: "offer.set"; subject: string; document: OfferDocument }
  | { action: "peer.resume"; subject: string; document: { jkt: string; gateway: string } };

/** `id` makes each decision another document, so that no sign-in serves twice. */
export type WideningStatement = Widening & { schema: "krdc.owner-decision/v1"; id: string; framework: string };

/** A sign-in that began here and has not come back: for a session, or for exactly one decision of one session. */
export type PendingSignIn = {
  verifier: string;
  /** Digest of what only the browser that began it holds. */
  browser: string;
  startedAt: number;
  to: string;
  nonce: string;
  decision?: { statement: WideningStatement; session: OwnerSession };
};

const idleMs = 15 * 60_000;
const longestMs = 8 * 3_600_000;
const pendingMs = 10 * 60_000;
/** Whoever begins sign-ins without end pushes out sign-ins, never sessions. */
const mostPending = 500;

export const randomWord = () => randomBytes(32).toString("base64url");

/** Sessions and sign-ins of the owner's page. In memory: a restart signs everybody out, and nothing is lost by it. */
export class OwnerDoor {
  readonly settings: OwnerIssuer | undefined;
  /** The role that makes a person of the issuer an operator here. */
  readonly role: string;
  /** The issuer's own document, kept while it is not old. */
  configuration: { readAt: number; found: Promise<Configuration> } | undefined;
  readonly #sessions = new Map<string, OwnerSession>();
  readonly #pending = new Map<string, PendingSignIn>();

  constructor(settings: OwnerIssuer | undefined, role: string) {
    this.settings = settings;
    this.role = role;
  }

  /** Opens a session and answers what the browser keeps; the server keeps only its digest. */
  open(person: OwnerPerson, now: Date): string {
    const word = randomWord();
    const key = sha256Hex(word);
    const at = now.getTime();
    for (const [other, session] of this.#sessions) if (!isAlive(session, at)) this.#sessions.delete(other);
    this.#sessions.set(key, { ...person, key, csrf: randomWord(), openedAt: at, seenAt: at });
    return word;
  }

  /** A page that only looks again by itself does not count as a person's doing. */
  find(word: string | undefined, now: Date, isPerson: boolean): OwnerSession | undefined {
    const session = word === undefined ? undefined : this.#sessions.get(sha256Hex(word));
    if (!session || !isAlive(session, now.getTime())) return undefined;
    if (isPerson) session.seenAt = now.getTime();
    return session;
  }

  isOpen(session: OwnerSession, now: Date): boolean {
    return this.#sessions.get(session.key) === session && isAlive(session, now.getTime());
  }

  close(session: OwnerSession): void {
    this.#sessions.delete(session.key);
  }

  begin(state: string, pending: PendingSignIn): void {
    for (const oldest of this.#pending.keys()) {
      if (this.#pending.size < mostPending) break;
      this.#pending.delete(oldest);
    }
    this.#pending.set(state, pending);
  }

  /** Each sign-in comes back once, in the browser in which it began. */
  take(state: string, browser: string | undefined, now: Date): PendingSignIn | undefined {
    const pending = this.#pending.get(state);
    if (!pending || browser === undefined || pending.browser !== sha256Hex(browser)) return undefined;
    this.#pending.delete(state);
    return now.getTime() - pending.startedAt <= pendingMs ? pending : undefined;
  }
}

const isAlive = (session: OwnerSession, at: number) =>
  at - session.seenAt <= idleMs && at - session.openedAt <= longestMs;
