import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { type OidcContext, Provider } from "oidc-provider";
import { z } from "zod";
import { type Account, accountsFor, claimsOf } from "./accounts";
import { deviceCodePage, deviceConfirmPage, languageOf, notePage, signOutPage } from "./pages";

/** Written by the launcher beside the keys; it holds secrets, so it comes as a closed file. */
export const identitySettings = z.strictObject({
  port: z.number().int(),
  issuer: z.url(),
  clientId: z.string().min(1),
  clientSecret: z.string().min(16),
  redirectUris: z.array(z.url()).min(1),
  postLogoutRedirectUris: z.array(z.url()),
  password: z.string().min(6),
  isDemo: z.boolean(),
  /** Each framework signs its own operators in, as a client of its own. */
  frameworks: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        clientId: z.string().min(1),
        clientSecret: z.string().min(16),
        redirectUri: z.url(),
      }),
    )
    .default([]),
  /** Cookies ignore ports, so two homes on one machine need names of their own. */
  cookieSuffix: z.string().regex(/^[0-9a-f]+$/),
});
export type IdentitySettings = z.input<typeof identitySettings>;
type FrameworkClient = NonNullable<IdentitySettings["frameworks"]>[number];

const MINUTE = 60;
const SCOPES = "openid profile email";
const CLAIMS = ["sub", "name", "preferred_username", "email", "krdc_name", "krdc_organization", "krdc_roles"];

/** Confidential clients, code flow with PKCE, sign-out by the portal, device codes for the command line. */
export async function createProvider(folder: string, settings: IdentitySettings): Promise<Provider> {
  const { jwks, cookieKeys } = await keysIn(folder);
  const { cookieSuffix, frameworks = [] } = settings;
  const accounts = accountsFor(settings.isDemo);
  const ours = [settings, ...frameworks].map(({ clientId }) => clientId);
  const provider = new Provider(settings.issuer, {
    clients: [clientOf(settings), ...frameworks.map(frameworkClientOf)],
    jwks,
    cookies: {
      keys: cookieKeys,
      names: {
        session: `krdc_idp_${cookieSuffix}`,
        interaction: `krdc_idp_i_${cookieSuffix}`,
        resume: `krdc_idp_r_${cookieSuffix}`,
      },
    },
    claims: { openid: CLAIMS, profile: [], email: [] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    scopes: SCOPES.split(" "),
    findAccount: (context: OidcContext, id: string) => {
      const account = accounts.find((candidate) => candidate.id === id);
      return account ? { accountId: id, claims: () => claimsAt(context, settings, account) } : undefined;
    },
    loadExistingGrant: (context: OidcContext) => grantFor(context, ours),
    interactions: { url: (_: OidcContext, interaction: { uid: string }) => `/interaction/${interaction.uid}` },
    features: features(),
    renderError: (context: OidcContext) => {
      say(context, notePage(languageOfContext(context), "title", "failed"));
    },
    ttl: {
      AccessToken: 10 * MINUTE,
      AuthorizationCode: MINUTE,
      DeviceCode: 10 * MINUTE,
      Grant: 60 * MINUTE,
      IdToken: 10 * MINUTE,
      Interaction: 15 * MINUTE,
      Session: 60 * MINUTE,
    },
  });
  return provider;
}

function clientOf(settings: IdentitySettings): object {
  return {
    client_id: settings.clientId,
    client_secret: settings.clientSecret,
    client_name: "KRDC",
    redirect_uris: settings.redirectUris,
    post_logout_redirect_uris: settings.postLogoutRedirectUris,
    grant_types: ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"],
    response_types: ["code"],
    token_endpoint_auth_method: "client_secret_basic",
  };
}

function frameworkClientOf({ clientId, clientSecret, redirectUri }: FrameworkClient): object {
  return {
    client_id: clientId,
    client_secret: clientSecret,
    client_name: "KRDC",
    redirect_uris: [redirectUri],
    grant_types: ["authorization_code"],
    response_types: ["code"],
    token_endpoint_auth_method: "client_secret_basic",
  };
}

/** Without the demonstration the one who holds the setup code runs this machine's frameworks. */
function claimsAt({ oidc }: OidcContext, { isDemo, frameworks = [] }: IdentitySettings, account: Account) {
  const framework = frameworks.find(({ clientId }) => clientId === oidc.client?.clientId);
  const isOperator = framework !== undefined && !isDemo;
  return claimsOf(isOperator ? { ...account, roles: [`operator:${framework.name}`] } : account);
}

function features(): object {
  return {
    devInteractions: { enabled: false },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource(context: OidcContext, form: string) {
        const nonce = randomBytes(16).toString("base64");
        const script = `<script nonce="${nonce}">document.getElementById("out").click()</script>`;
        say(context, signOutPage(languageOfContext(context), form) + script, nonce);
      },
      postLogoutSuccessSource: (context: OidcContext) =>
        say(context, notePage(languageOfContext(context), "signOutTitle", "signedOut")),
    },
    deviceFlow: {
      enabled: true,
      userCodeInputSource: (context: OidcContext, form: string, _: unknown, problem?: Error) =>
        say(context, deviceCodePage(languageOfContext(context), form, problem !== undefined)),
      userCodeConfirmSource: (context: OidcContext, form: string, _: unknown, __: unknown, code: string) =>
        say(context, deviceConfirmPage(languageOfContext(context), form, code)),
      successSource: (context: OidcContext) =>
        say(context, notePage(languageOfContext(context), "deviceTitle", "deviceDone")),
    },
  };
}

/** Portal and frameworks are ours, so nobody is asked whether they may know the account's name. */
async function grantFor(context: OidcContext, ours: readonly string[]) {
  const { client, session, provider, result } = context.oidc;
  const id = result?.consent?.grantId ?? session.grantIdFor(client.clientId);
  const known = id ? await provider.Grant.find(id) : undefined;
  if (known || !ours.includes(client.clientId)) return known;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(SCOPES);
  await grant.save();
  return grant;
}

function say(context: OidcContext, html: string, nonce?: string): void {
  context.type = "html";
  context.set("content-security-policy", pagePolicy(nonce));
  context.body = html;
}

/** No form-action: browsers apply it to the redirects after a form as well, and those lead to the portal. */
export function pagePolicy(nonce?: string): string {
  const script = nonce ? `script-src 'nonce-${nonce}'; ` : "";
  return `default-src 'none'; ${script}style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'`;
}

function languageOfContext(context: OidcContext) {
  return languageOf(context.oidc.params?.ui_locales, context.get("accept-language"));
}

const keysFile = z.object({ jwks: z.object({ keys: z.array(z.looseObject({})) }), cookieKeys: z.array(z.string()) });

/** Kept, so that a restart signs nobody's portal session out. */
async function keysIn(folder: string): Promise<{ jwks: { keys: JWK[] }; cookieKeys: string[] }> {
  const file = join(folder, "keys.json");
  if (existsSync(file)) return keysFile.parse(JSON.parse(readFileSync(file, "utf8")));
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const keys = {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: "RS256", use: "sig" }] },
    cookieKeys: [randomBytes(32).toString("base64url")],
  };
  writeFileSync(`${file}.tmp`, JSON.stringify(keys), { mode: 0o600 });
  renameSync(`${file}.tmp`, file);
  return keys;
}
