import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attemptName, runKeyOf } from "./run-key";

const known = { homeId: "materials", runId: "3f2504e0-4f89-41d3-9a0c-0305e82c3301", stepPath: "trend", index: 0 };

describe("the key of a step run is the same everywhere and for ever", () => {
  test("a known vector", () => {
    const key = runKeyOf(known);
    expect(key).toBe("ccdb5e8ee637bc378a80b2acc6478c9e6bc9a822122a95d6ce9ef41171691491");
    expect(attemptName(key, 1)).toBe("kr-ztnv5dxgg66dpcuawkwmmr4mtzv4tkbccivjlvwot32bc4ljcsiq-1");
  });

  test.each([
    ["another home", { homeId: "bio" }],
    ["another run", { runId: "3f2504e0-4f89-41d3-9a0c-0305e82c3302" }],
    ["another step", { stepPath: "trend2" }],
    ["another instance", { index: 1 }],
  ])("%s has another key", (_what, change) => {
    expect(runKeyOf({ ...known, ...change })).not.toBe(runKeyOf(known));
  });

  test("the parts of a key never run into each other", () => {
    expect(runKeyOf({ ...known, homeId: "a", stepPath: "b1", index: 2 })).not.toBe(
      runKeyOf({ ...known, homeId: "a", stepPath: "b", index: 12 }),
    );
  });
});

test("a name fits a Kubernetes name for every key and ten thousand attempts, and differs by attempt", () => {
  const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString("hex"));
  fc.assert(
    fc.property(key, fc.integer({ min: 1, max: 10_000 }), (runKey, attempt) => {
      const name = attemptName(runKey, attempt);
      expect(name).toMatch(/^[a-z0-9][a-z0-9-]*[a-z0-9]$/);
      expect(name.length).toBeLessThanOrEqual(63);
      expect(attemptName(runKey, attempt + 1)).not.toBe(name);
    }),
  );
});
