import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import { build, stop } from "esbuild";
import { CompactSign } from "jose";
import { connect, type Db } from "#server/db/connect";
import { Listener } from "#server/db/listen";
import { log } from "#server/log";
import type { Transport } from "#server/protocol/call";
import { sha256Hex } from "#server/protocol/canonical";
import { gatewaySocket, socketAddress, transportTo } from "#server/protocol/connection-transport";
import { type HubPublicKey, hubSuccession } from "#server/protocol/key-change";
import { importSigningKey, makeSigningKey, type PrivateKey, publicPart } from "#server/protocol/keys";
import { mailboxOf } from "#server/protocol/reach";
import { freshDatabase } from "../../e2e/setup/fresh-database";
import type { FrameworkContext } from "./context";
import { type HubDouble, seconds } from "./hub-double.build";
import { loadEncryptionKey } from "./identity/encryption-key";
import { Freshness } from "./identity/freshness";
import { HubKeys } from "./keys/hub-keys";
import { readIdentity } from "./keys/identity-file";
import { readKeptHubKeys } from "./keys/keep-hub-keys";
import { OwnKeys } from "./keys/own-keys";
import { Reach } from "./reach/reach";
import { aRelay, type Relay } from "./relay.build";
import { ProcessRuntime } from "./runtime/process/process-runtime";
import { endFramework, startFramework } from "./start-framework";
import { type Timing, timingOf } from "./timing";

const supervisor = join(import.meta.dirname, "runtime/process/supervisor.py");
const path = "/usr/local/bin:/usr/bin:/bin";

const quiet = log.child({}, { level: "silent" });

type Size = Partial<Pick<FrameworkContext, "slots" | "proxies" | "logBytes">> & {
  timing?: Partial<Timing>;
  /** Serves nobody but over the socket in its folder, and has a mailbox for an address. */
  opensNoSocket?: boolean;
};

/** A cluster whose framework may come and go: database, folder, key and address stay. */
export type TestFramework = {
  name: string;
  url: string;
  folder: string;
  key: PrivateKey;
  jkt: string;
  operatorKey: PrivateKey;
  hub: HubDouble;
  /** The wire in front of its gateway. */
  relay: Relay;
  /** A connection of the test's own, which outlives the framework. */
  db: Db;
  /** The portal's way to it, where that is not the network. */
  transport: Transport | undefined;
  /** Shifts the framework's clock. */
  clock: { offsetMs: number };
  /** The context of the framework that runs now. */
  ctx: FrameworkContext;
  /** Where its gateway listens. */
  address: AddressInfo | string | null;
  start: (size?: Size) => Promise<void>;
  /** As after `kill -9`: nothing is told to anybody, apps live on under their supervisors. */
  crash: () => Promise<void>;
  /** As after SIGTERM. */
  shutDown: () => Promise<void>;
  drop: () => Promise<void>;
};

async function bundleProxy(folder: string): Promise<void> {
  const entry = join(import.meta.dirname, "../proxy/main.ts");
  await build({
    entryPoints: [entry],
    outfile: join(folder, "proxy.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "silent",
  });
  await stop();
}

type Home = Omit<TestFramework, "ctx" | "address" | "start" | "crash" | "shutDown" | "drop"> & {
  databaseUrl: string;
  /** The key of the hub that its configuration names. */
  hubKey: HubPublicKey;
};

async function openContext(home: Home, { opensNoSocket: _, ...size }: Size, stopping: AbortSignal) {
  const { db, pool } = connect(home.databaseUrl, 24);
  const signals = new Listener(home.databaseUrl, ["krdc_work", "krdc_run", "krdc_remote", "krdc_hosted"]);
  await signals.start();
  const runtime = await ProcessRuntime.open(join(home.folder, "runtime"), { supervisor, path });
  const now = () => new Date(Date.now() + home.clock.offsetMs);
  const timing = { ...timingOf(1), ...size.timing };
  const keys = await OwnKeys.open(home.folder, { now, timing });
  const place = { url: home.hub.url, now, timing, log: quiet };
  const kept = await readKeptHubKeys(home.folder, place, home.hubKey.kid);
  const ctx: FrameworkContext = {
    db,
    now,
    log: quiet,
    name: home.name,
    url: home.url,
    folder: home.folder,
    operatorKeyFile: join(home.folder, "operator.json"),
    keys,
    get key() {
      return keys.present.key;
    },
    get jkt() {
      return keys.present.jkt;
    },
    hub: { url: home.hub.url, keys: kept ?? new HubKeys(place, home.hubKey) },
    runtime,
    signals,
    slots: 4,
    proxies: 12,
    logBytes: 64 * 1024 * 1024,
    freshness: new Freshness(),
    past: { beganAt: now(), isAsked: false },
    reach: new Reach(await loadEncryptionKey(home.folder)),
    stopping,
    ...size,
    timing,
  };
  const close = async () => {
    await signals.stop();
    await runtime.close();
    await pool.end();
  };
  return { ctx, close };
}

async function startOnce(home: Home, size: Size) {
  const stopping = new AbortController();
  const { ctx, close } = await openContext(home, size, stopping.signal);
  const self = { uid: "uid", title: { ko: home.name, en: home.name }, joinToken: undefined };
  const listen = home.transport ? { socket: gatewaySocket(home.folder) } : { host: "127.0.0.1", port: 0 };
  const running = await startFramework(ctx, { build: home.folder, listen, self });
  const address = running.server.address();
  if (typeof address === "object") home.relay.target = address?.port;
  const cutOff = () => {
    home.relay.target = undefined;
    running.server.close();
    running.server.closeAllConnections();
  };
  const crash = async () => {
    cutOff();
    stopping.abort();
    for (const stopTimer of running.stopTimers) stopTimer();
    await Promise.all([running.stopExecutor(), ...running.stopLoops.map((stopLoop) => stopLoop())]);
    await close();
  };
  const shutDown = async () => {
    stopping.abort();
    await endFramework(ctx, running);
    cutOff();
    await close();
  };
  return { ctx, crash, shutDown, address };
}

async function openHome(
  name: string,
  hub: HubDouble,
  adminUrl: string,
  opensNoSocket: boolean,
): Promise<{ home: Home; drop: () => Promise<void> }> {
  const database = await freshDatabase(adminUrl);
  const { db, pool } = connect(database.url, 3);
  await migrate(drizzle(pool), { migrationsFolder: "drizzle/framework/migrations" });
  const folder = await mkdtemp(join(tmpdir(), `krdc-${name}-`));
  await bundleProxy(folder);
  const { key, jkt } = await readIdentity(folder);
  hub.clusters.set(jkt, name);
  const operatorKey = await makeSigningKey();
  await writeFile(join(folder, "operator.json"), JSON.stringify(publicPart(operatorKey)));
  const relay = await aRelay();
  const way = opensNoSocket
    ? { url: mailboxOf(name), transport: transportTo(socketAddress(folder)) }
    : { url: relay.url, transport: undefined };
  const kept = { name, ...way, folder, key, jkt, operatorKey, hub, relay, db, clock: { offsetMs: 0 } };
  const drop = async () => {
    await relay.close();
    await pool.end();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  };
  const hubKey = hubSuccession.shape.key.parse(hub.publicKey);
  return { home: { ...kept, databaseUrl: database.url, hubKey }, drop };
}

/** A framework that runs: a real gateway, database, runtime and supervisor; only its hub is a double. */
export async function aFramework(
  name: string,
  hub: HubDouble,
  adminUrl: string,
  size: Size = {},
): Promise<TestFramework> {
  const { home, drop } = await openHome(name, hub, adminUrl, size.opensNoSocket ?? false);
  let running: Awaited<ReturnType<typeof startOnce>> | undefined = await startOnce(home, size);
  const end = async (how: "crash" | "shutDown") => {
    const ending = running;
    running = undefined;
    await ending?.[how]();
  };
  const framework: TestFramework = {
    ...home,
    ctx: running.ctx,
    address: running.address,
    start: async (other = size) => {
      running = await startOnce(home, other);
      framework.ctx = running.ctx;
    },
    crash: () => end("crash"),
    shutDown: () => end("shutDown"),
    drop: async () => {
      await end("shutDown");
      await drop();
    },
  };
  return framework;
}

type OperatorCall = { method?: "GET" | "POST" | "PUT"; statement?: Record<string, unknown> };

/** What an operator signs for one call; `statement` puts other words into it. */
export async function signAsOperator(
  framework: TestFramework,
  at: string,
  body: string,
  { method = "POST", statement = {} }: OperatorCall = {},
): Promise<string> {
  const said = {
    htm: method,
    htu: `${framework.url}${at}`,
    iat: seconds(new Date(Date.now() + framework.clock.offsetMs)),
    jti: randomUUID(),
    body_sha256: sha256Hex(body),
    ...statement,
  };
  return new CompactSign(new TextEncoder().encode(JSON.stringify(said)))
    .setProtectedHeader({ alg: "ES256" })
    .sign(await importSigningKey(framework.operatorKey));
}

/** A call at the operator's own door, signed by the operator's key; without a body it is a GET. */
export async function askAsOperator(
  framework: TestFramework,
  at: string,
  json?: unknown,
  call: OperatorCall = {},
): Promise<Response> {
  const body = json === undefined ? "" : JSON.stringify(json);
  const method = call.method ?? (json === undefined ? "GET" : "POST");
  const jws = await signAsOperator(framework, at, body, { ...call, method });
  const headers = { authorization: `KRDC-Operator ${jws}`, "content-type": "application/json" };
  return (framework.transport ?? fetch)(`${framework.url}${at}`, { method, headers, ...(body ? { body } : {}) });
}

/** Both operators accept the other's framework, each by its key. */
export async function introduce(one: TestFramework, other: TestFramework): Promise<void> {
  for (const [here, there] of [
    [one, other],
    [other, one],
  ] as const) {
    const peers = [{ name: there.name, jwk: publicPart(there.key), gateway: there.url }];
    const answer = await askAsOperator(here, "/v1/operator/peers", { peers });
    if (!answer.ok) throw new Error(`the operator was refused: ${await answer.text()}`);
  }
}
