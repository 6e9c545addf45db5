import { randomBytes } from "node:crypto";
import type { Account, AuthOptions, CookiesOptions, Profile } from "next-auth";
import type { AdapterUser } from "next-auth/adapters";
import type { OAuthConfig } from "next-auth/providers/oauth";
import { hubDb } from "#server/db/hub";
import { hubEnv } from "#server/env";
import { KrdcError } from "#server/errors";
import { memberClaims } from "#server/hub/members/member";
import { signInMember } from "#server/hub/members/sign-in-member";
import { sealTokens } from "#server/hub/sessions/sealed-tokens";
import { absoluteMs } from "#server/hub/sessions/session";
import { log } from "#server/log";
import { type SignIn, sessionAdapter } from "./adapter";
import { cookieNames } from "./cookie-names";

function provider(): OAuthConfig<Profile & { sub: string }> {
  const env = hubEnv();
  return {
    id: "krdc",
    name: "KRDC",
    type: "oauth",
    wellKnown: `${env.OIDC_ISSUER.replace(/\/$/, "")}/.well-known/openid-configuration`,
    issuer: env.OIDC_ISSUER,
    clientId: env.OIDC_CLIENT_ID,
    clientSecret: env.OIDC_CLIENT_SECRET,
    idToken: true,
    checks: ["pkce", "state", "nonce"],
    authorization: { params: { scope: "openid profile email" } },
    profile: (claims) => ({ id: claims.sub, email: null }),
  };
}

function cookies(): Partial<CookiesOptions> {
  const names = cookieNames();
  const options = { httpOnly: true, sameSite: "lax" as const, path: "/", secure: names.isSecure };
  const short = { ...options, maxAge: 15 * 60 };
  return {
    sessionToken: { name: names.session, options },
    callbackUrl: { name: names.callback, options },
    csrfToken: { name: names.csrf, options },
    pkceCodeVerifier: { name: names.pkce, options: short },
    state: { name: names.state, options: short },
    nonce: { name: names.nonce, options: short },
  };
}

function sealed(account: Account): string {
  return sealTokens(hubEnv().SESSION_KEY, {
    idToken: account.id_token,
    accessToken: account.access_token,
    refreshToken: account.refresh_token,
    expiresAt: account.expires_at,
  });
}

async function admit(signIn: SignIn, account: Account | null, profile: unknown): Promise<boolean | string> {
  if (!account) return false;
  try {
    await signInMember(hubDb(), hubEnv().OIDC_ISSUER, memberClaims.parse(profile));
  } catch (error) {
    log.warn({ reason: error instanceof Error ? error.message : String(error) }, "a sign-in was refused");
    return `/sign-in?error=${error instanceof KrdcError ? "AccessDenied" : "Callback"}`;
  }
  signIn.sealedTokens = sealed(account);
  return true;
}

/** `hasEnded` is set when this very request signed a living session out. */
export type SignInRequest = { action: string; userAgent: string | null; hasEnded: boolean };

/** The library's options for one request, so that a sign-in's tokens reach its session row and nothing else. */
export function signInOptions(request: SignInRequest): AuthOptions {
  const signIn: SignIn = {
    sealedTokens: null,
    userAgent: request.userAgent,
    isCallback: request.action === "callback",
    ended: () => {
      request.hasEnded = request.action === "signout";
    },
  };
  const maxAge = absoluteMs / 1000;
  return {
    secret: hubEnv().NEXTAUTH_SECRET,
    providers: [provider()],
    adapter: sessionAdapter(signIn),
    session: {
      strategy: "database",
      maxAge,
      updateAge: maxAge,
      generateSessionToken: () => randomBytes(32).toString("base64url"),
    },
    pages: { signIn: "/sign-in", error: "/sign-in", signOut: "/" },
    cookies: cookies(),
    callbacks: {
      signIn: ({ account, profile }) => admit(signIn, account, profile),
      session: ({ session, user }) => ({ expires: session.expires, user: { id: user.id } as AdapterUser }),
    },
    logger: {
      error: (code) => log.warn({ code }, "sign-in failed"),
      warn: () => undefined,
      debug: () => undefined,
    },
  };
}
