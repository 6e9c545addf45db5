import { defineConfig } from "vitest/config";

/** Stories share one running home and one browser's machine, so they go one after the other. */
const stories = { environment: "node" as const, testTimeout: 180_000, hookTimeout: 300_000 };

export default defineConfig({
  test: {
    fileParallelism: false,
    maxWorkers: 1,
    projects: [
      {
        test: {
          ...stories,
          name: "stories",
          include: ["e2e/*.spec.ts"],
          globalSetup: ["e2e/setup/shared-house.ts"],
        },
      },
      // Houses of their own, in which everything may break.
      { test: { ...stories, name: "lab", include: ["e2e/lab/*.spec.ts"] } },
    ],
  },
});
