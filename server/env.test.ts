import { afterEach, expect, test, vi } from "vitest";
import { frameworkEnv } from "./env";

const needed = {
  FRAMEWORK_NAME: "bio",
  FRAMEWORK_DATABASE_URL: "postgres://user@127.0.0.1/bio",
  FRAMEWORK_HOME: "/srv/bio",
  FRAMEWORK_OPERATOR_KEY_FILE: "/srv/operator.pub.json",
  KRDC_HUB_URL: "https://hub.example",
  HUB_JWKS_THUMBPRINT: "t".repeat(43),
  KRDC_BUILD: "/srv/build",
};

afterEach(() => {
  vi.unstubAllEnvs();
});

function read(over: Record<string, string>) {
  for (const [name, value] of Object.entries({ ...needed, ...over })) vi.stubEnv(name, value);
  const { FRAMEWORK_PORT: port, FRAMEWORK_URL: url } = frameworkEnv();
  return { port, url };
}

test("a framework that listens names its port and its address", () => {
  const both = { FRAMEWORK_PORT: "4000", FRAMEWORK_URL: "https://bio.example" };
  expect(read(both)).toEqual({ port: 4000, url: "https://bio.example" });
  vi.unstubAllEnvs();
  for (const one of [{ FRAMEWORK_PORT: "4000" }, { FRAMEWORK_LISTEN: "on" }]) expect(() => read(one)).toThrow();
});

test.each([
  ["without them", {}],
  ["whatever stands there", { FRAMEWORK_PORT: "<free port>", FRAMEWORK_URL: "<address>" }],
])("one that opens no socket has neither, %s", (_given, over) => {
  expect(read({ FRAMEWORK_LISTEN: "off", ...over })).toEqual({ port: undefined, url: undefined });
});
