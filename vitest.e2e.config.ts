import { defineConfig } from "vitest/config";

/** Stories share one running home and one browser's machine, so they go one after the other. */
export default defineConfig({
  test: {
    name: "stories",
    environment: "node",
    include: ["e2e/**/*.spec.ts"],
    globalSetup: ["e2e/setup/shared-house.ts"],
    fileParallelism: false,
    maxWorkers: 1,
    testTimeout: 180_000,
    hookTimeout: 300_000,
  },
});
