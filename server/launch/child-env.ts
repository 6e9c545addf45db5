import { join } from "node:path";
import type { Keys } from "./keys";
import type { DatabaseUrls } from "./options";

export const FRAMEWORKS = ["materials", "bio"] as const;
export type FrameworkName = (typeof FRAMEWORKS)[number];

export const TITLES: Record<FrameworkName, { ko: string; en: string }> = {
  materials: { ko: "소재", en: "Materials" },
  bio: { ko: "바이오", en: "Bio" },
};

export type Env = Record<string, string>;

/** Facts of one start from which every child's environment follows. */
export type HousePlan = {
  given: Record<string, string | undefined>;
  home: string;
  homeId: string;
  secret: string;
  bundles: string;
  port: number;
  host: string;
  ports: Record<"postgres" | "identity" | FrameworkName, number>;
  isDemo: boolean;
  databases: DatabaseUrls;
  identityProvider: { issuer: string; clientId: string; clientSecret: string; isEmbedded: boolean };
  keys: Keys;
  launcher: { pid: number; ticks: string };
};

/** What a child may know of the person's own environment; passwords in it stay with the person. */
const HANDED_ON =
  /^(PATH|HOME|USER|LANG|LANGUAGE|LC_[A-Z]+|TZ|TMPDIR|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|PIP_[A-Z_]+|https?_proxy|no_proxy|HTTPS?_PROXY|NO_PROXY|KRDC_[A-Z_]+|FRAMEWORK_[A-Z_]+)$/;
const OURS = /^(KRDC_(HOME|TOKEN|LOCAL_SECRET|DEMO_PASSWORD)|FRAMEWORK_(DATABASE_URL|OIDC).*)$/;

export function hubUrl({ port }: HousePlan): string {
  return `http://127.0.0.1:${port}`;
}

export function gatewayUrl(plan: HousePlan, name: FrameworkName): string {
  return `http://127.0.0.1:${plan.ports[name]}`;
}

export function baseEnv({ given, launcher }: HousePlan): Env {
  const handedOn = Object.entries(given).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && HANDED_ON.test(entry[0]) && !OURS.test(entry[0]),
  );
  return {
    ...Object.fromEntries(handedOn),
    NODE_ENV: "production",
    KRDC_LAUNCHER_PID: String(launcher.pid),
    KRDC_LAUNCHER_TICKS: launcher.ticks,
  };
}

export function portalEnv(plan: HousePlan): Env {
  const { passwords, hubSigningKey, portalKey } = plan.keys;
  return {
    ...baseEnv(plan),
    PORT: String(plan.port),
    HOSTNAME: plan.host,
    NEXT_TELEMETRY_DISABLED: "1",
    HUB_DATABASE_URL: plan.databases.hub,
    KRDC_HUB_URL: hubUrl(plan),
    NEXTAUTH_URL: hubUrl(plan),
    NEXTAUTH_SECRET: passwords.nextAuthSecret,
    OIDC_ISSUER: plan.identityProvider.issuer,
    OIDC_CLIENT_ID: plan.identityProvider.clientId,
    OIDC_CLIENT_SECRET: plan.identityProvider.clientSecret,
    HUB_SIGNING_KEY: JSON.stringify(hubSigningKey),
    HUB_KEYS_FOLDER: join(plan.home, "keys"),
    PORTAL_KEY: JSON.stringify(portalKey),
    SESSION_KEY: passwords.sessionKey,
    KRDC_HOME_ID: plan.homeId,
    KRDC_LOCAL_SECRET: plan.secret,
    KRDC_DEMO: plan.isDemo ? "on" : "off",
    KRDC_ALLOWED_ORIGINS: FRAMEWORKS.map((name) => gatewayUrl(plan, name)).join(","),
    ...(plan.isDemo ? { KRDC_DEMO_PASSWORD: passwords.demoPassword } : { KRDC_SETUP_CODE: passwords.setupCode }),
  };
}

export function frameworkHome(plan: HousePlan, name: FrameworkName): string {
  return join(plan.home, "frameworks", name);
}

export type OwnerClient = { issuer: string; clientId: string; clientSecret: string };

/** Where a framework's own operators sign in: the embedded provider, or an outside realm of the owners. */
export function ownerClientOf(plan: HousePlan, name: FrameworkName): OwnerClient | undefined {
  const { given, keys } = plan;
  const clientId = `krdc-framework-${name}`;
  if (given.FRAMEWORK_OIDC_ISSUER) {
    const own = given[`FRAMEWORK_OIDC_CLIENT_SECRET_${name.toUpperCase()}`];
    const clientSecret = own || given.FRAMEWORK_OIDC_CLIENT_SECRET || "";
    return { issuer: given.FRAMEWORK_OIDC_ISSUER, clientId: given.FRAMEWORK_OIDC_CLIENT_ID || clientId, clientSecret };
  }
  const { issuer, isEmbedded } = plan.identityProvider;
  if (!isEmbedded) return undefined;
  return { issuer, clientId, clientSecret: keys.passwords[`ownerSecret_${name}`] };
}

function ownerEnv(plan: HousePlan, name: FrameworkName): Env {
  const client = ownerClientOf(plan, name);
  if (!client) return {};
  return {
    FRAMEWORK_OIDC_ISSUER: client.issuer,
    FRAMEWORK_OIDC_CLIENT_ID: client.clientId,
    FRAMEWORK_OIDC_CLIENT_SECRET: client.clientSecret,
  };
}

/** The join token is handed over only at the start that enrols. */
export function frameworkEnv(plan: HousePlan, name: FrameworkName, joinToken: string | undefined): Env {
  return {
    ...baseEnv(plan),
    FRAMEWORK_NAME: name,
    FRAMEWORK_TITLE_KO: TITLES[name].ko,
    FRAMEWORK_TITLE_EN: TITLES[name].en,
    FRAMEWORK_DATABASE_URL: plan.databases[name],
    FRAMEWORK_HOME: frameworkHome(plan, name),
    FRAMEWORK_HOST: "127.0.0.1",
    FRAMEWORK_PORT: String(plan.ports[name]),
    FRAMEWORK_URL: gatewayUrl(plan, name),
    KRDC_HUB_URL: hubUrl(plan),
    HUB_JWKS_THUMBPRINT: plan.keys.hubThumbprint,
    KRDC_BUILD: plan.bundles,
    FRAMEWORK_OPERATOR_KEY_FILE: plan.keys.operatorKeys[name]?.publicFile ?? "",
    ...ownerEnv(plan, name),
    ...(joinToken ? { FRAMEWORK_JOIN_TOKEN: joinToken } : {}),
  };
}

/** For the command line when the launcher itself uses it. */
export function commandLineEnv(plan: HousePlan, token?: string): Env {
  return {
    ...baseEnv(plan),
    KRDC_HOME: plan.home,
    KRDC_BUILD: plan.bundles,
    PORT: String(plan.port),
    LANG: "C.UTF-8",
    ...(token ? { KRDC_TOKEN: token } : {}),
  };
}
