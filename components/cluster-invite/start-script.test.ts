import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { startScript } from "./start-script";

test("the script hands every value on as it is, and runs nothing that stands in one", () => {
  const title = '기후\'; echo taken; $(echo taken) `echo taken` "x" \\';
  const script = startScript({
    environment: { FRAMEWORK_TITLE_KO: title, FRAMEWORK_URL: "<address under which it is reached>" },
    commands: ['printf "%s|%s" "$FRAMEWORK_TITLE_KO" "$FRAMEWORK_URL"'],
  });
  expect(execFileSync("sh", ["-c", script], { encoding: "utf8" })).toBe(`${title}|<address under which it is reached>`);
});
