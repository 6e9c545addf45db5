import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "postgresql",
  schema: "./drizzle/hub/schema/*.ts",
  out: "./drizzle/hub/migrations",
});
