import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { request as httpRequest, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLocalJWKSet, decodeJwt, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chooseFreePort } from "#server/launch/ports";
import type { IdentitySettings } from "./provider";
import { serveIdentity } from "./serve";

const folder = mkdtempSync(join(tmpdir(), "krdc-identity-"));
let server: Server;
let settings: IdentitySettings;

beforeAll(async () => {
  const port = await chooseFreePort([]);
  settings = {
    port,
    issuer: `http://127.0.0.1:${port}`,
    clientId: "krdc-portal",
    clientSecret: "a-client-secret-of-tests",
    redirectUris: ["http://127.0.0.1:3000/api/auth/callback/krdc"],
    postLogoutRedirectUris: ["http://127.0.0.1:3000/"],
    password: "demo-word",
    isDemo: true,
    cookieSuffix: "abcd1234",
  };
  server = await serveIdentity(folder, settings);
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

/** A browser's part: keeps cookies, never follows a redirect by itself. */
class Browser {
  readonly #cookies = new Map<string, string>();

  async open(url: string, form?: Record<string, string>, language = "ko"): Promise<Response> {
    const response = await fetch(new URL(url, settings.issuer), {
      redirect: "manual",
      headers: {
        cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; "),
        "accept-language": language,
      },
      ...(form ? { method: "POST", body: new URLSearchParams(form) } : {}),
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const at = pair.indexOf("=");
      this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  }

  get cookieNames(): string[] {
    return [...this.#cookies.keys()];
  }
}

const verifier = randomBytes(32).toString("base64url");
const challenge = createHash("sha256").update(verifier).digest("base64url");

function authorizationUrl(extra: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: settings.clientId,
    redirect_uri: settings.redirectUris[0] ?? "",
    response_type: "code",
    scope: "openid profile email",
    state: "a-state",
    nonce: "a-nonce",
    code_challenge: challenge,
    code_challenge_method: "S256",
    ...extra,
  });
  return `/auth?${query}`;
}

async function beginSignIn(browser: Browser, extra?: Record<string, string>): Promise<string> {
  const begun = await browser.open(authorizationUrl(extra));
  expect(begun.status).toBe(303);
  return begun.headers.get("location") ?? "";
}

async function tokensFor(code: string) {
  const { clientId, clientSecret, redirectUris } = settings;
  const response = await fetch(`${settings.issuer}/token`, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}` },
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code,
      redirect_uri: redirectUris[0] ?? "",
      code_verifier: verifier,
    }),
  });
  return (await response.json()) as { id_token: string; access_token: string };
}

describe("signing in at the embedded identity provider", () => {
  test.each([
    { account: "researcher", roles: ["researcher"], organization: "krict" },
    { account: "provider", roles: ["researcher", "provider:materials", "provider:bio"], organization: "krict" },
    { account: "operator-bio", roles: ["operator:bio"], organization: "kribb" },
    { account: "admin", roles: ["hub-operator"], organization: "kisti" },
  ])("$account gets an ID token with roles and organization, after one page and no consent", async (want) => {
    const browser = new Browser();
    const page = await beginSignIn(browser);
    let answer = await browser.open(page, { account: want.account, password: settings.password });
    expect(answer.status).toBe(303);
    answer = await browser.open(answer.headers.get("location") ?? "");
    const back = new URL(answer.headers.get("location") ?? "");
    expect(back.href.startsWith(settings.redirectUris[0] ?? "")).toBe(true);
    expect(back.searchParams.get("state")).toBe("a-state");
    const tokens = await tokensFor(back.searchParams.get("code") ?? "");
    const jwks = await (await fetch(`${settings.issuer}/jwks`)).json();
    const { payload } = await jwtVerify(tokens.id_token, createLocalJWKSet(jwks), {
      issuer: settings.issuer,
      audience: settings.clientId,
    });
    expect(payload).toMatchObject({ sub: want.account, krdc_roles: want.roles, nonce: "a-nonce" });
    expect(payload.krdc_organization).toMatchObject({ id: want.organization });
    const userinfo = await fetch(`${settings.issuer}/me`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    expect(await userinfo.json()).toMatchObject({ sub: want.account, krdc_roles: want.roles });
    expect(browser.cookieNames.some((name) => name.includes(settings.cookieSuffix))).toBe(true);
  });

  test("the page shows every account and the password, in the asked language, without anything from elsewhere", async () => {
    const browser = new Browser();
    const korean = await (await browser.open(await beginSignIn(browser))).text();
    expect(korean).toContain('lang="ko"');
    expect(korean).toContain("로그인");
    for (const account of ["researcher", "researcher2", "provider", "operator-materials", "operator-bio", "admin"]) {
      expect(korean).toContain(`value="${account}"`);
    }
    expect(korean).toContain(settings.password);
    expect(korean).not.toMatch(/(src|href)=|https?:\/\//);
    const english = await browser.open(await beginSignIn(browser, { ui_locales: "en" }));
    expect(await english.text()).toContain("Sign in to KRDC");
    expect(english.headers.get("content-security-policy")).toContain("default-src 'none'");
  });

  test("a wrong password says so, keeps the chosen account and signs nobody in", async () => {
    const browser = new Browser();
    const page = await beginSignIn(browser);
    const answer = await browser.open(page, { account: "provider", password: "another" });
    expect(answer.status).toBe(401);
    const html = await answer.text();
    expect(html).toContain('role="alert"');
    expect(html).toMatch(/value="provider" checked/);
  });

  test.each([
    { given: "no PKCE", extra: { code_challenge: "", code_challenge_method: "" }, want: "invalid_request" },
    { given: "a plain challenge", extra: { code_challenge_method: "plain" }, want: "invalid_request" },
  ])("$given is refused", async ({ extra, want }) => {
    const answer = await new Browser().open(authorizationUrl(extra));
    expect(new URL(answer.headers.get("location") ?? "").searchParams.get("error")).toBe(want);
  });

  test("another address to return to is refused on a page of ours", async () => {
    const answer = await new Browser().open(authorizationUrl({ redirect_uri: "http://127.0.0.1:9/elsewhere" }));
    expect(answer.status).toBe(400);
    expect(answer.headers.get("location")).toBeNull();
  });

  test("a call under another host name is refused", async () => {
    const status = await new Promise((resolve) => {
      httpRequest(
        { port: settings.port, host: "127.0.0.1", path: "/jwks", headers: { host: "krdc.example" } },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        },
      ).end();
    });
    expect(status).toBe(421);
  });

  test("signing out ends the session and leads back to the portal", async () => {
    const browser = new Browser();
    const page = await beginSignIn(browser);
    const signedIn = await browser.open(page, { account: "researcher", password: settings.password });
    const done = await browser.open(signedIn.headers.get("location") ?? "");
    const code = new URL(done.headers.get("location") ?? "").searchParams.get("code") ?? "";
    const { id_token } = await tokensFor(code);
    expect(decodeJwt(id_token).sub).toBe("researcher");
    const back = settings.postLogoutRedirectUris[0] ?? "";
    const query = new URLSearchParams({ id_token_hint: id_token, post_logout_redirect_uri: back });
    const asked = await (await browser.open(`/session/end?${query}`)).text();
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(asked)?.[1] ?? "";
    const ended = await browser.open("/session/end/confirm", { xsrf, logout: "yes" });
    expect(ended.headers.get("location")).toBe(back);
    expect(await beginSignIn(browser)).toContain("/interaction/");
  });
});

describe("a framework signs its own operators in as a client of its own", () => {
  const client = { name: "bio", clientId: "krdc-framework-bio", clientSecret: "another-secret-of-tests" };
  const redirectUri = "http://127.0.0.1:20004/operator/callback";

  async function rolesAt(isDemo: boolean, account: string): Promise<unknown> {
    const port = await chooseFreePort([]);
    const issuer = `http://127.0.0.1:${port}`;
    const own = await mkdtemp(join(tmpdir(), "krdc-identity-"));
    const frameworks = [{ ...client, redirectUri }];
    const provider = await serveIdentity(own, { ...settings, port, issuer, isDemo, frameworks });
    try {
      const browser = new Browser();
      const query = { client_id: client.clientId, redirect_uri: redirectUri, prompt: "login" };
      const begun = await browser.open(`${issuer}${authorizationUrl(query)}`);
      const page = new URL(begun.headers.get("location") ?? "", issuer).href;
      const chosen = await browser.open(page, { account, password: settings.password });
      const done = await browser.open(new URL(chosen.headers.get("location") ?? "", issuer).href);
      const code = new URL(done.headers.get("location") ?? "").searchParams.get("code") ?? "";
      const answer = await fetch(`${issuer}/token`, {
        method: "POST",
        headers: {
          authorization: `Basic ${Buffer.from(`${client.clientId}:${client.clientSecret}`).toString("base64")}`,
        },
        body: new URLSearchParams({
          ...{ grant_type: "authorization_code", code, redirect_uri: redirectUri, code_verifier: verifier },
        }),
      });
      const { id_token } = (await answer.json()) as { id_token: string };
      expect(decodeJwt(id_token).aud).toBe(client.clientId);
      return decodeJwt(id_token).krdc_roles;
    } finally {
      provider.close();
      provider.closeAllConnections();
      rmSync(own, { recursive: true, force: true });
    }
  }

  test("with the roles of the demonstration's accounts", async () => {
    expect(await rolesAt(true, "operator-bio")).toEqual(["operator:bio"]);
    expect(await rolesAt(true, "researcher")).toEqual(["researcher"]);
  });

  test("without the demonstration the one account of the setup code runs this machine's frameworks", async () => {
    expect(await rolesAt(false, "admin")).toEqual(["operator:bio"]);
  });
});

test("an issuer that is not this loopback address is refused", async () => {
  await expect(serveIdentity(folder, { ...settings, issuer: "http://krdc.example" })).rejects.toThrow("issuer");
});
