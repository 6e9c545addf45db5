import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import { build, stop } from "esbuild";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { connect } from "#server/db/connect";
import { callJson } from "#server/protocol/call";
import { fingerprintOf, makeSigningKey, publicPart } from "#server/protocol/keys";
import { reverseTransport } from "#server/protocol/reverse-transport";
import { freshDatabase } from "../../../e2e/setup/fresh-database";
import { aHubDouble, type HubDouble } from "../hub-double.build";
import { OwnKeys } from "../keys/own-keys";
import { researcher } from "../portal.build";
import { timingOf } from "../timing";
import { until } from "../until.build";

const required = [
  'import { createRequire } from "node:module";',
  "const require = createRequire(import.meta.url);",
  "const __dirname = import.meta.dirname;",
].join("\n");

const path = "/usr/local/bin:/usr/bin:/bin";

let folder: string;
let hub: HubDouble;
let database: { url: string; drop: () => Promise<void> };
let service: ChildProcess;
let said = "";
const home = () => join(folder, "home");

const environment = (): Record<string, string> => ({
  PATH: path,
  FRAMEWORK_NAME: "quiet",
  FRAMEWORK_HOME: home(),
  FRAMEWORK_LISTEN: "off",
  FRAMEWORK_DATABASE_URL: database.url,
  FRAMEWORK_OPERATOR_KEY_FILE: join(folder, "operator.pub.json"),
  KRDC_HUB_URL: hub.url,
  HUB_JWKS_THUMBPRINT: String(hub.publicKey.kid),
  KRDC_BUILD: folder,
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "krdc-quiet-"));
  hub = await aHubDouble();
  database = await freshDatabase(inject("pgAdminUrl"));
  const { pool } = connect(database.url, 1);
  await migrate(drizzle(pool), { migrationsFolder: "drizzle/framework/migrations" });
  await pool.end();
  const entryPoints = { framework: "server/framework/main.ts", proxy: "server/proxy/main.ts" };
  const options = { bundle: true, platform: "node", format: "esm", outExtension: { ".js": ".mjs" } } as const;
  await build({
    ...options,
    entryPoints,
    outdir: folder,
    external: ["pg-native"],
    banner: { js: required },
    logLevel: "error",
  });
  await stop();
  await cp("server/framework/runtime/process/supervisor.py", join(folder, "supervisor.py"));
  const operator = await makeSigningKey();
  await writeFile(join(folder, "operator.json"), JSON.stringify(operator));
  await writeFile(join(folder, "operator.pub.json"), JSON.stringify(publicPart(operator)));
  const keys = await OwnKeys.open(home(), { now: () => new Date(), timing: timingOf(1) });
  hub.clusters.set(keys.present.jkt, "quiet");
  service = spawn(process.execPath, [join(folder, "framework.mjs")], {
    env: environment() as NodeJS.ProcessEnv,
    stdio: "pipe",
  });
  service.stdout?.on("data", (text) => {
    said += text;
  });
  await until(`it is up`, () => said.includes("framework is up") && hub.mailbox.members.has("quiet"));
}, 60_000);

afterAll(async () => {
  if (service.exitCode === null) {
    service.kill("SIGTERM");
    await once(service, "exit");
  }
  await hub.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

/** Addresses at which a process listens, by its own open sockets; UDP ports that it bound among them. */
async function listening(pid: number): Promise<string[]> {
  const fds = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(fds.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => "")));
  const inodes = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const tables = await Promise.all(
    ["tcp", "tcp6", "udp", "udp6"].map(async (table) => {
      const lines = (await readFile(`/proc/${pid}/net/${table}`, "utf8")).trim().split("\n").slice(1);
      const rows = lines.map((line) => line.trim().split(/\s+/));
      const isOpen = ([, , , state]: string[]) => (table.startsWith("tcp") ? state === "0A" : state === "07");
      return rows.filter((row) => isOpen(row) && inodes.has(row[9] ?? "")).map((row) => `${table} ${row[1]}`);
    }),
  );
  return tables.flat();
}

test("the process listens nowhere on the network, and what it serves stands behind its own folder's door", async () => {
  expect(await listening(process.pid)).not.toEqual([]);
  expect(await listening(service.pid ?? 0)).toEqual([]);
  const [door, socket] = [await stat(home()), await stat(join(home(), "gateway.sock"))];
  expect([door.mode & 0o777, socket.mode & 0o777, socket.isSocket()]).toEqual([0o700, 0o600, true]);
  expect((await stat(join(home(), "encryption.json"))).mode & 0o777).toBe(0o600);
});

test("its calls reach it all the same, through the hub", async () => {
  const call = { method: "GET" as const, url: "mailbox://quiet/v1/check" };
  const token = await hub.portalToken("quiet", researcher);
  const transport = reverseTransport(hub.mailbox.calls, "quiet");
  const { body } = await callJson(hub.portalKey, { ...call, token, transport });
  expect(body).toMatchObject({ broken: [] });
  expect(hub.mailbox.members.get("quiet")).toMatchObject({
    gateway: "mailbox://quiet",
    encryptionKey: expect.any(String),
  });
});

async function command(words: string[], env: Record<string, string>) {
  const child = spawn(process.execPath, [join(folder, "framework.mjs"), ...words], { env: env as NodeJS.ProcessEnv });
  let [out, err] = ["", ""];
  child.stdout.on("data", (text) => {
    out += text;
  });
  child.stderr.on("data", (text) => {
    err += text;
  });
  const [code] = await once(child, "close");
  return { code, out, err };
}

test.each([
  ["found in its folder", () => ({ FRAMEWORK_HOME: home() })],
  ["named by its path", () => ({ FRAMEWORK_URL: `unix:${join(home(), "gateway.sock")}` })],
])("its owner's command works over the socket %s, with the operator's key alone", async (_how, where) => {
  const env = { PATH: path, ...where() };
  const key = join(folder, "operator.pub.json");
  const good = await command(["status"], { ...env, FRAMEWORK_OPERATOR_KEY_FILE: key });
  expect(good).toMatchObject({ code: 0, out: expect.stringContaining("quiet  mailbox://quiet") });
  const other = join(folder, "other.json");
  await writeFile(other, JSON.stringify(await makeSigningKey()));
  expect(await command(["status", "--key", other], env)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^owner\.key_refused/),
  });
});

test("two operators pin each other's frameworks by what each writes down, once the fingerprints are the same", async () => {
  const env = { PATH: path, FRAMEWORK_HOME: home(), FRAMEWORK_OPERATOR_KEY_FILE: join(folder, "operator.pub.json") };
  const own = await command(["identity"], env);
  expect(JSON.parse(own.out)).toMatchObject({ name: "quiet", gateway: "mailbox://quiet" });
  expect(own.err).toMatch(/^([0-9a-f]{4} · ){7}[0-9a-f]{4}$/m);
  const jwk = publicPart(await makeSigningKey());
  const [card, fingerprint] = [join(folder, "card.json"), fingerprintOf(jwk).join(" ")];
  await writeFile(card, JSON.stringify({ name: "silent", gateway: "mailbox://silent", jwk }));
  const wrong = await command(["accept-peer", card, "--fingerprint", own.err], env);
  expect(wrong).toMatchObject({ code: 1, err: expect.stringMatching(/^owner\.wrong_fingerprint/) });
  const right = await command(["accept-peer", card, "--fingerprint", fingerprint], env);
  expect(right).toMatchObject({ code: 0, out: "silent  mailbox://silent\n" });
  const bad = await command(["accept-peer", join(folder, "operator.json"), "--fingerprint", fingerprint], env);
  expect(bad).toMatchObject({ code: 1, err: expect.stringMatching(/^owner\.no_card/) });
});

test("a second framework does not take the socket of one that runs", async () => {
  const { code, out } = await command([], environment());
  expect([code, out]).toEqual([1, expect.stringContaining("another framework serves")]);
  expect(await listening(service.pid ?? 0)).toEqual([]);
});

test("what a kill left behind is no hindrance to the next start", async () => {
  service.kill("SIGKILL");
  await once(service, "exit");
  said = "";
  service = spawn(process.execPath, [join(folder, "framework.mjs")], {
    env: environment() as NodeJS.ProcessEnv,
    stdio: "pipe",
  });
  service.stdout?.on("data", (text) => {
    said += text;
  });
  await until("it is up again", () => said.includes("framework is up"));
});
