import { expect, test } from "vitest";
import { commandLineEnv, frameworkEnv, type HousePlan, portalEnv } from "./child-env";

const key = { kty: "EC", d: "private" };
const plan: HousePlan = {
  given: {
    PATH: "/usr/bin",
    SECRET_OF_THE_PERSON: "x",
    KRDC_TOKEN: "t",
    FRAMEWORK_SLOTS: "2",
    NODE_OPTIONS: "--inspect",
  },
  home: "/home/사람/.krdc",
  homeId: "0a1b2c3d",
  secret: "home-secret",
  bundles: "/build",
  port: 3000,
  host: "0.0.0.0",
  ports: { postgres: 20_001, identity: 20_002, materials: 20_003, bio: 20_004 },
  isDemo: true,
  databases: { hub: "postgres://hub", materials: "postgres://materials", bio: "postgres://bio" },
  identityProvider: {
    issuer: "http://127.0.0.1:20002",
    clientId: "krdc-portal",
    clientSecret: "client-secret",
    isEmbedded: true,
  },
  keys: {
    passwords: {
      sessionKey: "session-key",
      nextAuthSecret: "next-auth",
      oidcClientSecret: "client-secret",
      ownerSecret_materials: "owner-of-materials",
      ownerSecret_bio: "owner-of-bio",
      demoPassword: "demo-word",
      setupCode: "setup-code",
      postgresAdmin: "admin",
      krdc_hub: "h",
      krdc_materials: "m",
      krdc_bio: "b",
    },
    hubSigningKey: key,
    hubThumbprint: "thumb",
    portalKey: key,
    operatorKeys: { bio: { privateKey: key, publicFile: "keys/operator-bio.pub.json" } },
  },
  launcher: { pid: 7, ticks: "99" },
};

test("the portal gets the hub's secrets and nothing of a framework", () => {
  const env = portalEnv(plan);
  expect(env).toMatchObject({
    PORT: "3000",
    HOSTNAME: "0.0.0.0",
    KRDC_HUB_URL: "http://127.0.0.1:3000",
    HUB_DATABASE_URL: "postgres://hub",
    KRDC_ALLOWED_ORIGINS: "http://127.0.0.1:20003,http://127.0.0.1:20004",
    KRDC_DEMO_PASSWORD: "demo-word",
  });
  expect(JSON.stringify(env)).not.toMatch(/postgres:\/\/(bio|materials)|SECRET_OF_THE_PERSON|--inspect/);
});

test("a framework gets its own database and the hub's public thumbprint, no secret of the hub, no other database", () => {
  const env = frameworkEnv(plan, "bio", "join");
  expect(env).toMatchObject({
    FRAMEWORK_NAME: "bio",
    FRAMEWORK_TITLE_KO: "바이오",
    FRAMEWORK_URL: "http://127.0.0.1:20004",
    FRAMEWORK_JOIN_TOKEN: "join",
    FRAMEWORK_SLOTS: "2",
    HUB_JWKS_THUMBPRINT: "thumb",
    KRDC_LAUNCHER_PID: "7",
  });
  expect(JSON.stringify(env)).not.toMatch(/postgres:\/\/(hub|materials)|private|home-secret|client-secret|demo-word/);
  expect(frameworkEnv(plan, "bio", undefined)).not.toHaveProperty("FRAMEWORK_JOIN_TOKEN");
});

test("a framework's own operators sign in as its own client, whose secret nobody else gets", () => {
  expect(frameworkEnv(plan, "bio", undefined)).toMatchObject({
    FRAMEWORK_OIDC_ISSUER: "http://127.0.0.1:20002",
    FRAMEWORK_OIDC_CLIENT_ID: "krdc-framework-bio",
    FRAMEWORK_OIDC_CLIENT_SECRET: "owner-of-bio",
  });
  expect(JSON.stringify(frameworkEnv(plan, "materials", undefined))).not.toContain("owner-of-bio");
  expect(JSON.stringify(portalEnv(plan))).not.toContain("owner-of");
});

test("an outside realm of the owners takes the place of the embedded provider, and the hub learns nothing of it", () => {
  const given = { FRAMEWORK_OIDC_ISSUER: "https://realm.example", FRAMEWORK_OIDC_CLIENT_SECRET_BIO: "realm-secret" };
  const outside = { ...plan, given };
  expect(frameworkEnv(outside, "bio", undefined)).toMatchObject({
    FRAMEWORK_OIDC_ISSUER: "https://realm.example",
    FRAMEWORK_OIDC_CLIENT_SECRET: "realm-secret",
  });
  expect(JSON.stringify(portalEnv(outside))).not.toMatch(/realm/);
  const portalsOnly = { ...plan, identityProvider: { ...plan.identityProvider, isEmbedded: false } };
  expect(frameworkEnv(portalsOnly, "bio", undefined)).not.toHaveProperty("FRAMEWORK_OIDC_ISSUER");
});

test("without the demonstration the portal gets a setup code instead of a password", () => {
  const env = portalEnv({ ...plan, isDemo: false });
  expect(env).toMatchObject({ KRDC_DEMO: "off", KRDC_SETUP_CODE: "setup-code" });
  expect(env).not.toHaveProperty("KRDC_DEMO_PASSWORD");
});

test("the command line works with the token it is given, never with the person's own", () => {
  expect(commandLineEnv(plan)).not.toHaveProperty("KRDC_TOKEN");
  expect(commandLineEnv(plan, "mine")).toMatchObject({ KRDC_TOKEN: "mine", KRDC_HOME: plan.home });
});
