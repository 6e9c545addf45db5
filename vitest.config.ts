import { join } from "node:path";
import { defineConfig } from "vitest/config";

const rooms = "{app,components,drizzle,server}";
const withDatabase = `${rooms}/**/*.{db,http}.test.ts`;

/** Outside Next, the marker package that keeps server code out of the browser stands for nothing. */
const alias = { "server-only": join(import.meta.dirname, "node_modules/next/dist/compiled/server-only/empty.js") };

export default defineConfig({
  resolve: { alias },
  test: {
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: "rules",
          environment: "node",
          include: [`${rooms}/**/*.test.ts`, "e2e/{bench,model}/*.test.ts"],
          exclude: [withDatabase],
        },
      },
      {
        extends: true,
        test: { name: "screens", environment: "happy-dom", include: [`${rooms}/**/*.test.tsx`] },
      },
      {
        extends: true,
        test: {
          name: "databases",
          environment: "node",
          include: [withDatabase],
          globalSetup: ["e2e/setup/postgres.ts"],
        },
      },
    ],
  },
});
