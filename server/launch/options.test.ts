import { describe, expect, test } from "vitest";
import { readSettings } from "./options";

const database = (name: string) => `postgres://krdc@db.example/${name}`;
const all = {
  HUB_DATABASE_URL: database("hub"),
  FRAMEWORK_DATABASE_URL_MATERIALS: database("materials"),
  FRAMEWORK_DATABASE_URL_BIO: database("bio"),
};

test("nothing given means port 3000 on loopback, a demonstration and embedded services", () => {
  expect(readSettings({ PORT: "", KRDC_DEMO: undefined })).toEqual({
    port: 3000,
    host: "127.0.0.1",
    isDemo: true,
    databases: undefined,
    identityProvider: undefined,
  });
});

test("outside services are taken as given", () => {
  const read = readSettings({ ...all, OIDC_ISSUER: "https://id.example/realms/krdc", OIDC_CLIENT_SECRET: "s" });
  expect(read.databases?.bio).toBe(database("bio"));
  expect(read.identityProvider?.clientId).toBe("krdc-portal");
});

describe("a wrong value is one line that names it", () => {
  test.each<{ env: Record<string, string>; want: string }>([
    { env: { PORT: "web" }, want: "PORT" },
    { env: { PORT: "70000" }, want: "PORT" },
    { env: { KRDC_DEMO: "yes" }, want: "KRDC_DEMO" },
    { env: { ...all, HUB_DATABASE_URL: "mysql://x/y" }, want: "HUB_DATABASE_URL" },
    { env: { HUB_DATABASE_URL: database("hub") }, want: "all three" },
  ])("$env", ({ env, want }) => {
    expect(() => readSettings(env)).toThrow(want);
  });
});
