import { expect, test } from "vitest";
import { ownersDoor } from "./owners-door";

test.each([
  ["https://bio.example.org", "/agreements/a", "https://bio.example.org/operator/agreements/a"],
  ["http://127.0.0.1:4011/", "", "http://127.0.0.1:4011/operator"],
  ["https://example.org/krdc?x=1#y", "", "https://example.org/krdc/operator"],
  ["https://user:word@example.org", "", "https://example.org/operator"],
  ["javascript:alert(1)", "", undefined],
  ["data:text/html,x", "", undefined],
  ["not an address", "", undefined],
  [null, "", undefined],
])("%j%s leads to %j", (gateway, path, want) => {
  expect(ownersDoor(gateway, path)).toBe(want);
});
