import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "postgresql",
  schema: "./drizzle/framework/schema/*.ts",
  out: "./drizzle/framework/migrations",
});
