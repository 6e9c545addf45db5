import { hubEnv } from "#server/env";
import { connect, type Db } from "./connect";

const kept = globalThis as typeof globalThis & { krdcHubDb?: Db };

/** The portal's one pool; kept on the process, because pages and routes may load this file twice. */
export function hubDb(): Db {
  kept.krdcHubDb ??= connect(hubEnv().HUB_DATABASE_URL, 20).db;
  return kept.krdcHubDb;
}
