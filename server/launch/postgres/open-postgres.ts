import { join } from "node:path";
import pg from "pg";
import type { ChildSpec } from "../supervision/supervisor";
import { waitUntil } from "../wait-until";
import { copyBinaries } from "./binaries";
import { ADMIN_ROLE, openDataFolder, postgresEnv } from "./data-folder";
import { endLeftoverPostgres } from "./leftovers";
import { openPlace } from "./place";

export type EmbeddedPostgres = { folder: string; data: string; adminUrl: string; spec: ChildSpec };

export type PostgresRequest = {
  /** Checkout whose node_modules hold the binaries. */
  root: string;
  home: string;
  keptFolder: string | undefined;
  /** Written down before anything is put into the folder. */
  recordFolder: (folder: string) => void;
  /** Asked when nothing of an earlier start holds the kept port any more. */
  choosePort: () => Promise<number>;
  password: string;
  uid: number;
};

/** Everything up to a child that can be started: binaries, data folder, and no older server on it. */
export async function openPostgres(request: PostgresRequest): Promise<EmbeddedPostgres> {
  const place = await openPlace(request.home, request.keptFolder, request.uid);
  request.recordFolder(place.folder);
  const binaries = copyBinaries(request.root, place.folder, place.owner);
  const data = openDataFolder(place, binaries, request.password);
  await endLeftoverPostgres(data);
  const port = await request.choosePort();
  const spec: ChildSpec = {
    name: "postgres",
    command: join(binaries, "bin/postgres"),
    args: ["-D", data, ...serverOptions(port)],
    cwd: place.folder,
    env: () => postgresEnv(place.folder),
    port,
    stopSignal: "SIGINT",
    beforeRestart: () => endLeftoverPostgres(data),
    ...place.owner,
  };
  return { folder: place.folder, data, adminUrl: adminUrl(port, request.password), spec };
}

/** The database of that name at the same server. */
export function databaseUrl(adminUrl: string, database: string, role?: { name: string; password: string }): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  if (role) {
    url.username = role.name;
    url.password = role.password;
  }
  return url.href;
}

/** True once a connection is accepted; false when that took too long. */
export async function postgresAnswers(adminUrl: string, timeoutMs: number): Promise<boolean> {
  const answer = await waitUntil(() => tryConnect(adminUrl), { timeoutMs, intervalMs: 50 });
  return answer === true;
}

async function tryConnect(url: string): Promise<true | undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function adminUrl(port: number, password: string): string {
  return `postgres://${ADMIN_ROLE}:${password}@127.0.0.1:${port}/postgres`;
}

/** Loopback only, no socket file (its path may be too long), and room for three services on a small machine. */
function serverOptions(port: number): string[] {
  const settings = {
    listen_addresses: "127.0.0.1",
    port,
    unix_socket_directories: "",
    max_connections: 200,
    shared_buffers: "64MB",
    logging_collector: "off",
    timezone: "UTC",
    log_timezone: "UTC",
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
