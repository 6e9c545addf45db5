import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTicks } from "../bootstrap/process-identity.js";
import { chooseFreePort } from "../ports";
import { endedWithin, sendSignal } from "../supervision/signals";
import { Supervisor } from "../supervision/supervisor";
import { waitUntil } from "../wait-until";
import { openDatabases } from "./databases";
import { type EmbeddedPostgres, openPostgres, postgresAnswers } from "./open-postgres";

const parent = mkdtempSync(join(tmpdir(), "krdc "));
const home = join(parent, "연구 자료의 집");
const lines: string[] = [];
let folder: string | undefined;
let port = 0;
let postgres: EmbeddedPostgres;
let supervisor: Supervisor;
const request = { database: "hub", role: "krdc_hub", password: "a-password" };

const open = () =>
  openPostgres({
    root: process.cwd(),
    home,
    keptFolder: folder,
    recordFolder: (made) => {
      folder = made;
    },
    choosePort: async () => port,
    password: "admin-password",
    uid: process.getuid?.() ?? 0,
  });

async function ask<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

function postmasterPid(): number {
  return Number(readFileSync(join(postgres.data, "postmaster.pid"), "utf8").split("\n")[0]);
}

beforeAll(async () => {
  const { mkdirSync } = await import("node:fs");
  mkdirSync(join(home, "logs"), { recursive: true });
  port = await chooseFreePort([]);
  postgres = await open();
  supervisor = new Supervisor(home, (text) => lines.push(text));
  supervisor.start(postgres.spec);
  expect(await postgresAnswers(postgres.adminUrl, 20_000)).toBe(true);
}, 60_000);

afterAll(async () => {
  await supervisor.stop("postgres", 5_000);
  supervisor.close();
  rmSync(parent, { recursive: true, force: true });
  if (folder) rmSync(folder, { recursive: true, force: true });
});

describe("the embedded Postgres of a home whose path has spaces and Hangul", () => {
  test("gives each service a database that its role owns and no other role may enter", async () => {
    const urls = await openDatabases(postgres.adminUrl, [
      request,
      { database: "bio", role: "krdc_bio", password: "b-password" },
    ]);
    await ask(urls.hub ?? "", "CREATE TABLE kept (name text)");
    await ask(urls.hub ?? "", "INSERT INTO kept VALUES ('그대로')");
    const stranger = new URL(urls.bio ?? "");
    stranger.pathname = "/hub";
    await expect(ask(stranger.href, "SELECT 1")).rejects.toThrow(/permission denied/);
    await expect(ask(urls.hub ?? "", "CREATE DATABASE other")).rejects.toThrow(/permission denied/);
    await openDatabases(postgres.adminUrl, [request]);
  });

  test("killed, it is started again by its supervisor and has what was committed", async () => {
    const before = postmasterPid();
    sendSignal(before, "SIGKILL");
    await waitUntil(() => (startTicks(before) === undefined ? true : undefined), { timeoutMs: 5_000 });
    expect(await postgresAnswers(postgres.adminUrl, 20_000)).toBe(true);
    const [url] = Object.values(await openDatabases(postgres.adminUrl, [request]));
    expect(await ask(url ?? "", "SELECT name FROM kept")).toEqual([{ name: "그대로" }]);
    expect(lines.filter((text) => text.includes("postgres ended unexpectedly")).length).toBeGreaterThan(0);
  });

  test("left alone by a killed launcher, it is ended by the next start, which goes on with its data", async () => {
    const pid = postmasterPid();
    const left = { pid, ticks: startTicks(pid) ?? "" };
    supervisor.forget("postgres");
    postgres = await open();
    expect(await endedWithin(left, 0)).toBe(true);
    supervisor.start(postgres.spec);
    expect(await postgresAnswers(postgres.adminUrl, 20_000)).toBe(true);
    const [url] = Object.values(await openDatabases(postgres.adminUrl, [request]));
    expect(await ask(url ?? "", "SELECT name FROM kept")).toEqual([{ name: "그대로" }]);
  });
});
