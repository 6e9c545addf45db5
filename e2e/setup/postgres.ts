import type { TestProject } from "vitest/node";
import { ownPostgres } from "./own-postgres";

declare module "vitest" {
  interface ProvidedContext {
    /** Address of a real Postgres, as its superuser; every test file makes a database of its own there. */
    pgAdminUrl: string;
  }
}

/** One real Postgres for all tests that need one. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { adminUrl, end } = await ownPostgres("tests", "fsync=off");
  project.provide("pgAdminUrl", adminUrl);
  return end;
}
