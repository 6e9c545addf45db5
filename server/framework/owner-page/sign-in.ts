import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientSecretBasic,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  enableNonRepudiationChecks,
  type IDToken,
  randomPKCECodeVerifier,
  randomState,
} from "openid-client";
import { KrdcError } from "#server/errors";
import type { Language } from "#server/i18n/language";
import { sha256Hex } from "#server/protocol/canonical";
import type { FrameworkContext } from "../context";
import type { OwnerDoor, OwnerPerson, PendingSignIn } from "./owner-door";
import { nonceOf } from "./widening";

const keepMs = 10 * 60_000;
const timeoutSeconds = 10;
const isLoopback = (url: URL) => ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);

const callbackUrl = (ctx: FrameworkContext) => `${ctx.url}/operator/callback`;

async function discover({ settings }: OwnerDoor): Promise<Configuration> {
  if (!settings) throw new KrdcError("unavailable", "owner.not_configured");
  const issuer = new URL(settings.issuer);
  // The signature is checked although the token comes straight from the issuer: a decision hangs on it.
  const execute = [enableNonRepudiationChecks, ...(isLoopback(issuer) ? [allowInsecureRequests] : [])];
  const client = ClientSecretBasic(settings.clientSecret);
  try {
    return await discovery(issuer, settings.clientId, undefined, client, { execute, timeout: timeoutSeconds });
  } catch (cause) {
    throw new KrdcError("unavailable", "owner.issuer_unavailable", { cause });
  }
}

async function configurationOf(door: OwnerDoor): Promise<Configuration> {
  const now = performance.now();
  if (!door.configuration || now - door.configuration.readAt > keepMs) {
    door.configuration = { readAt: now, found: discover(door) };
  }
  const { found } = door.configuration;
  try {
    return await found;
  } catch (error) {
    if (door.configuration?.found === found) door.configuration = undefined;
    throw error;
  }
}

type Begin = Omit<PendingSignIn, "verifier" | "startedAt"> & { language: Language; hint?: string };

/** Remembers a sign-in and answers the issuer's address for it; the person always has to show that it is they. */
export async function beginSignIn(
  ctx: FrameworkContext,
  door: OwnerDoor,
  { language, hint, ...begun }: Begin,
): Promise<string> {
  const configuration = await configurationOf(door);
  const [state, verifier] = [randomState(), randomPKCECodeVerifier()];
  const url = buildAuthorizationUrl(configuration, {
    redirect_uri: callbackUrl(ctx),
    scope: "openid profile",
    state,
    nonce: begun.nonce,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    prompt: "login",
    max_age: "0",
    ui_locales: language,
    ...(hint ? { login_hint: hint } : {}),
  });
  door.begin(state, { ...begun, verifier, startedAt: ctx.now().getTime() });
  return url.href;
}

export type SignedIn = { person: OwnerPerson; proof: Record<string, unknown> };

/**
 * Redeems the code and answers who signed in. The library holds token to our issuer, audience, signature, nonce, state and
 * time of sign-in; the nonce is made again here from the decision that is about to be carried out.
 */
export async function finishSignIn(
  ctx: FrameworkContext,
  door: OwnerDoor,
  back: { query: URLSearchParams; state: string; pending: PendingSignIn },
): Promise<SignedIn> {
  const { pending } = back;
  const nonce = pending.decision ? nonceOf(pending.decision.statement) : pending.nonce;
  const configuration = await configurationOf(door);
  const tokens = await authorizationCodeGrant(configuration, new URL(`${callbackUrl(ctx)}?${back.query}`), {
    expectedState: back.state,
    expectedNonce: nonce,
    pkceCodeVerifier: pending.verifier,
    maxAge: 0,
    idTokenExpected: true,
  }).catch((cause: unknown) => {
    throw new KrdcError("unauthenticated", "owner.sign_in_failed", { cause });
  });
  const claims = tokens.claims();
  if (!claims || claims.nonce !== nonce) throw new KrdcError("unauthenticated", "owner.sign_in_failed");
  if (!rolesOf(claims).includes(door.role)) {
    throw new KrdcError("forbidden", "owner.not_operator", { detail: { name: nameIn(claims), role: door.role } });
  }
  const { iss, iat, auth_time, jti } = claims;
  const token = { iss, iat, auth_time, nonce, jti: jti ?? null, sha256: sha256Hex(tokens.id_token ?? "") };
  return { person: { sub: claims.sub, name: nameIn(claims) }, proof: { token } };
}

function rolesOf({ krdc_roles: roles }: IDToken): unknown[] {
  return Array.isArray(roles) ? roles : [];
}

function nameIn(claims: IDToken): string {
  const { name, preferred_username: account } = claims;
  const found = typeof name === "string" ? name : typeof account === "string" ? account : claims.sub;
  return found.slice(0, 100);
}
