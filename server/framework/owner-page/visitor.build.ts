import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from "jose";
import { serveIdentity } from "#server/identity/serve";
import { chooseFreePort } from "#server/launch/ports";
import type { TestFramework } from "../framework.build";
import { pack, publish } from "../portal.build";
import { OwnerDoor } from "./owner-door";

const clientSecret = "a-client-secret-of-tests";
const password = "demo-word";

const windowed = `
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--window", type=int, default=3)
parser.add_argument("--method", default="a")
parser.parse_args()
`;

/** An app about whose use elsewhere a person decides. */
export const publishOnRequest = async (framework: TestFramework, name: string) =>
  publish(
    framework,
    await pack(name, windowed, {
      access: { remote: "on-request", download: "closed" },
    }),
  );

/** The embedded identity provider as it runs on one machine, with this framework as its client. */
export async function anIssuer(framework: TestFramework): Promise<{ close: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "krdc-issuer-"));
  const port = await chooseFreePort([]);
  const issuer = `http://127.0.0.1:${port}`;
  const clientId = `krdc-framework-${framework.name}`;
  const redirectUri = `${framework.url}/operator/callback`;
  const server = await serveIdentity(folder, {
    port,
    issuer,
    clientId: "krdc-portal",
    clientSecret,
    redirectUris: ["http://127.0.0.1:3000/api/auth/callback/krdc"],
    postLogoutRedirectUris: [],
    frameworks: [{ name: framework.name, clientId, clientSecret, redirectUri }],
    password,
    isDemo: true,
    cookieSuffix: "abcd1234",
  });
  framework.ctx.owner = new OwnerDoor({ issuer, clientId, clientSecret }, `operator:${framework.name}`);
  return {
    async close() {
      server.close();
      server.closeAllConnections();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What an issuer puts into a token and signs it with; a test gives another answer than an honest issuer would. */
export type Token = { claims: Record<string, unknown>; key: JWK; header?: Record<string, unknown> };

export type IssuerDouble = {
  url: string;
  clientId: string;
  key: JWK;
  /** Makes the next token from what an honest issuer would say. */
  lie: (honest: Token) => Token;
  /** What the browser brought to the authorization endpoint, for the token. */
  asked: URLSearchParams;
  close: () => Promise<void>;
};

async function idToken({ claims, key, header }: Token): Promise<string> {
  if (header?.alg === "none") {
    const parts = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
    return `${parts.join(".")}.`;
  }
  const alg = String(header?.alg ?? "RS256");
  return new SignJWT(claims).setProtectedHeader({ alg, kid: "one", ...header }).sign(await importJWK(key, alg));
}

function honest(double: IssuerDouble, framework: TestFramework): Token {
  const now = Math.floor(Date.now() / 1000);
  const roles = [`operator:${framework.name}`];
  const who = { sub: "owner", name: "Owner", krdc_roles: roles };
  const times = { iat: now, exp: now + 300, auth_time: now };
  const claims = { iss: double.url, aud: double.clientId, nonce: double.asked.get("nonce"), ...who, ...times };
  return { claims, key: double.key };
}

/** An issuer over real HTTP whose tokens are what a test wants. */
export async function anIssuerDouble(framework: TestFramework): Promise<IssuerDouble> {
  const pair = await generateKeyPair("RS256", { extractable: true });
  const key = await exportJWK(pair.privateKey);
  const { kty, n, e } = key;
  const server = createServer(async (request, response) => {
    const answers: Record<string, () => Promise<unknown>> = {
      "/.well-known/openid-configuration": async () => ({
        issuer: double.url,
        authorization_endpoint: `${double.url}/auth`,
        token_endpoint: `${double.url}/token`,
        jwks_uri: `${double.url}/jwks`,
        response_types_supported: ["code"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256", "EdDSA", "ES256"],
      }),
      "/jwks": async () => ({ keys: [{ kty, n, e, alg: "RS256", use: "sig", kid: "one" }] }),
      "/token": async () => {
        const id_token = await idToken(double.lie(honest(double, framework)));
        return { access_token: randomUUID(), token_type: "Bearer", expires_in: 60, id_token };
      },
    };
    const answer = await answers[request.url ?? ""]?.();
    response.writeHead(answer ? 200 : 404, { "content-type": "application/json" }).end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const double: IssuerDouble = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clientId: "client",
    key,
    lie: (said) => said,
    asked: new URLSearchParams(),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  const settings = { issuer: double.url, clientId: double.clientId, clientSecret };
  framework.ctx.owner = new OwnerDoor(settings, `operator:${framework.name}`);
  return double;
}

export type Seen = { status: number; html: string; headers: Headers; url: string };

/** A browser's part: keeps cookies of the one host, follows redirects only where it is told to. */
export class Visitor {
  readonly #cookies = new Map<string, string>();
  readonly #framework: TestFramework;

  constructor(framework: TestFramework) {
    this.#framework = framework;
  }

  async open(at: string, form?: Record<string, string>, headers: Record<string, string> = {}): Promise<Seen> {
    const url = new URL(at, this.#framework.url).href;
    const origin = new URL(this.#framework.url).origin;
    const response = await fetch(url, {
      redirect: "manual",
      headers: {
        cookie: [...this.#cookies].map(([name, text]) => `${name}=${text}`).join("; "),
        "accept-language": "en",
        ...(form ? { origin } : {}),
        ...headers,
      },
      ...(form ? { method: "POST", body: new URLSearchParams(form) } : {}),
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const name = pair.slice(0, pair.indexOf("="));
      if (/max-age=0(;|$)/i.test(line)) this.#cookies.delete(name);
      else this.#cookies.set(name, pair.slice(name.length + 1));
    }
    return { status: response.status, html: await response.text(), headers: response.headers, url };
  }

  /** From the issuer's address through its form and back to ours; answers the page to which it leads. */
  async signInAt(authorizationUrl: string, account: string): Promise<Seen> {
    const begun = await this.open(authorizationUrl);
    const page = new URL(begun.headers.get("location") ?? "", authorizationUrl).href;
    const chosen = await this.open(page, { account, password }, { origin: new URL(page).origin });
    return this.#follow(new URL(chosen.headers.get("location") ?? "", page).href);
  }

  /** As a browser does; the issuer's page that ends another account's session sends its form by itself. */
  async #follow(at: string): Promise<Seen> {
    const seen = await this.open(at);
    if (at.startsWith(`${this.#framework.url}/`)) return seen;
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(seen.html)?.[1];
    const ended = xsrf && (await this.open(new URL("/session/end/confirm", at).href, { xsrf, logout: "yes" }));
    const next = (ended || seen).headers.get("location");
    if (!next) throw new Error(`the issuer led nowhere: ${seen.status} ${seen.html}`);
    return this.#follow(new URL(next, at).href);
  }

  async signIn(account: string): Promise<Seen> {
    const begun = await this.open("/operator/sign-in");
    return this.signInAt(begun.headers.get("location") ?? "", account);
  }

  /** Back from an issuer double, which needs no form. */
  async comeBack(double: IssuerDouble, authorizationUrl: string): Promise<Seen> {
    double.asked = new URL(authorizationUrl).searchParams;
    return this.open(`/operator/callback?code=a-code&state=${double.asked.get("state")}`);
  }

  /** Sends a form that stands on a page, with that page's own hidden word. */
  async send(page: string, action: string, fields: Record<string, string> = {}): Promise<Seen> {
    return this.open(action, { csrf: csrfIn((await this.open(page)).html), ...fields });
  }
}

const csrfIn = (html: string) => /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? "";

/** Where a page leads its reader for the confirmation of a decision. */
export const issuerLinkIn = ({ html }: Seen): string =>
  (/<a class="button" href="(http[^"]+)"/.exec(html)?.[1] ?? "").replace(/&#(\d+);/g, (_, code) =>
    String.fromCharCode(Number(code)),
  );
