import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { handStartOf, scriptOf } from "./hand-start";

test("the script hands every value on as it is, and runs nothing that stands in one", () => {
  const title = '기후\'; echo taken; $(echo taken) `echo taken` "x" \\';
  const script = scriptOf({
    environment: { FRAMEWORK_TITLE_KO: title, FRAMEWORK_URL: "<address under which it is reached>" },
    commands: ['printf "%s|%s" "$FRAMEWORK_TITLE_KO" "$FRAMEWORK_URL"'],
  });
  expect(execFileSync("sh", ["-c", script], { encoding: "utf8" })).toBe(`${title}|<address under which it is reached>`);
});

test("an invitation's script sets its environment and then runs its commands, and tells of machines that nobody can reach", () => {
  const hub = { url: "http://hub.example", signingKey: { kty: "OKP", kid: "kid" } };
  const invited = { name: "climate", title: { ko: "기후", en: "Climate" }, joinToken: "join_secret" };
  const { script, environment, commands } = handStartOf(hub, invited);
  expect(script).toBe(scriptOf({ environment, commands }));
  expect(script).toContain("export FRAMEWORK_JOIN_TOKEN='join_secret'");
  expect(script).toContain("FRAMEWORK_LISTEN=off");
});
