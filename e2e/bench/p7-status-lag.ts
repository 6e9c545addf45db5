import { randomUUID } from "node:crypto";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { until } from "#server/framework/until.build";
import type { AppVersion } from "#server/graph/app";
import { type Cluster, consentTo, countAt, type House, openHouse, type Place, publishAt } from "./house";
import { callPlain, manyAtOnce } from "./load";
import { exponentOf, type Figure, type Line, lineOf } from "./summary";

const sizes = [5, 10, 20];
const step = "only";
const linesEach = 10;
const lookMs = 5;

/** Says the time of this machine's one clock as it prints. */
const program = `
import argparse, time
parser = argparse.ArgumentParser(description="Prints the time, line by line.")
parser.add_argument("--count", type=int, default=${linesEach})
parser.add_argument("--out", required=True)
options = parser.parse_args()
for number in range(options.count):
    print(time.time_ns(), flush=True)
    time.sleep(0.2)
with open(options.out, "w") as file:
    file.write(str(options.count))
`;

/** Notes, in the transaction that makes it, each change of a row's event number; the server says later when it committed. */
const noteChanges = (table: string, column: string, events: string) => [
  "create table bench_changes (run_key text, seq int, state text, xid xid8 default pg_current_xact_id())",
  `create function bench_note() returns trigger language plpgsql as $$
   begin insert into bench_changes values (new.run_key, new.${column}, new.state::text); return new; end $$`,
  `create trigger bench_note after ${events} on ${table} for each row execute function bench_note()`,
];

type Change = { run_key: string; seq: number; at: number };
const changes = `
  select run_key, max(seq) as seq, (extract(epoch from pg_xact_commit_timestamp(xid::xid)) * 1000)::float8 as at
  from bench_changes where seq >= 0 and state <> 'ACKED' group by run_key, xid`;

/** Between the host's commit of each change and the first commit at home that knows of it or of a later one. */
async function statusLags(home: Cluster, host: Cluster): Promise<number[]> {
  const [there, here] = [
    await host.service.ask<Change[]>("query", changes),
    await home.service.ask<Change[]>("query", changes),
  ];
  return there.map(({ run_key, seq, at }) => {
    const known = here.filter((change) => change.run_key === run_key && change.seq >= seq).map((change) => change.at);
    if (known.length === 0) throw new Error(`home never heard of change ${seq} of ${run_key}`);
    return Math.min(...known) - at;
  });
}

/** Watches home's copies of remote logs, and notes for each line how long after its print it stood there. */
class LogWatch {
  readonly lagsMs: number[] = [];
  readonly #folder: string;
  readonly #seen = new Map<string, { offset: number; rest: string }>();
  #isOver = false;
  #looking: Promise<void> = Promise.resolve();

  constructor(home: Cluster) {
    this.#folder = join(home.folder, "remote-logs");
  }

  /** What stands there already is of earlier runs. */
  async start(): Promise<void> {
    await this.#look();
    this.lagsMs.length = 0;
    this.#looking = this.#watch();
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#looking;
    await this.#look();
  }

  async #watch(): Promise<void> {
    while (!this.#isOver) {
      await this.#look();
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
  }

  async #look(): Promise<void> {
    for (const name of await readdir(this.#folder).catch(() => [])) await this.#read(name);
  }

  async #read(name: string): Promise<void> {
    const known = this.#seen.get(name) ?? { offset: 0, rest: "" };
    const file = await open(join(this.#folder, name));
    const { bytesRead, buffer } = await file.read(Buffer.alloc(4096), 0, 4096, known.offset);
    await file.close();
    if (bytesRead === 0) return;
    const now = performance.timeOrigin + performance.now();
    const lines = (known.rest + buffer.toString("utf8", 0, bytesRead)).split("\n");
    const rest = lines.pop() ?? "";
    for (const line of lines) this.lagsMs.push(now - Number(BigInt(line) / 1000n) / 1000);
    this.#seen.set(name, { offset: known.offset + bytesRead, rest });
  }
}

type Pair = { house: House; home: Cluster; host: Cluster; app: AppVersion };

async function openPair(house: House): Promise<Pair> {
  const home = await house.openCluster("home", { slots: 4, proxies: 20 });
  const host = await house.openCluster("host", { slots: 4, proxies: 4 });
  await home.service.ask("acceptPeer", { name: host.name, key: host.key, url: host.url });
  await host.service.ask("acceptPeer", { name: home.name, key: home.key, url: home.url });
  const out = { port: "out", kind: "file", mediaType: "text/plain" };
  const app = await publishAt(host, { name: "clock", main: program, manifest: { parameters: { out } } });
  for (const text of noteChanges("remote_attempts", "host_seq", "update of host_seq"))
    await home.service.ask("query", text);
  for (const text of noteChanges("hosted_runs", "seq", "insert or update of seq"))
    await host.service.ask("query", text);
  return { house, home, host, app };
}

/** So many runs at once, each one remote step, until home has every result. */
async function measure({ house, home, host, app }: Pair, size: number): Promise<{ status: Line; log: Line }> {
  for (const { service } of [home, host]) await service.ask("query", "truncate bench_changes");
  const runIds = Array.from({ length: size }, () => randomUUID());
  const consents = await consentTo(house, { app, home: home.name, step, runIds, maxInstances: 1 });
  const watch = new LogWatch(home);
  await watch.start();
  for (const consent of consents) await home.service.ask("submit", { consent, app, step });
  const ids = runIds.map((id) => `'${id}'`).join();
  const ended = `select count(*) from remote_attempts where state = 'ENDED' and run_id in (${ids})`;
  await until(`${size} runs are over`, async () => (await countAt(home.service, ended)) === size, 180_000);
  const good = await countAt(home.service, `${ended} and outcome = 'SUCCEEDED' and attempt = 1`);
  await watch.stop();
  if (good !== size) throw new Error(`${good} of ${size} runs succeeded`);
  if (watch.lagsMs.length !== size * linesEach) throw new Error(`${watch.lagsMs.length} lines of logs came home`);
  return {
    status: lineOf("status: host's commit to home's", size, await statusLags(home, host)),
    log: lineOf("log: printed to home's copy", size, watch.lagsMs),
  };
}

/** What the wire itself takes: the smallest call to the same gateway, over the same relay, with nothing else going on. */
async function measureWire(host: Cluster): Promise<Line> {
  const call = async () => {
    const { status } = await callPlain({ method: "GET", url: `${host.url}/v1/health`, headers: {} });
    if (status !== 200) throw new Error(`the health door answered ${status}`);
  };
  await manyAtOnce(20, 1, call);
  const { timesMs, tookMs } = await manyAtOnce(200, 1, call);
  return lineOf("round trip to the health door", 200, timesMs, tookMs);
}

type Found = Awaited<ReturnType<typeof measure>>;
const costsOf = (found: Found[], kind: keyof Found) =>
  found.map((one) => ({ size: one[kind].size ?? 1, cost: one[kind].p95Ms ?? 1 }));

async function measureAll(pair: Pair): Promise<Figure> {
  await measure(pair, 1);
  const wire = await measureWire(pair.host);
  const found: Found[] = [];
  for (const size of sizes) found.push(await measure(pair, size));
  const last = found.at(-1) as Found;
  const kinds = ["status", "log"] as const;
  return {
    id: "P7",
    title: "status and log at home behind the host, remote runs submitted at once, four of them executing",
    lines: kinds.flatMap((kind) => found.map((one) => one[kind])),
    peers: [{ ...wire, from: "measured" }],
    ratios: kinds.map((kind) => ({
      name: `${kind} p50 over the round trip's`,
      value: (last[kind].p50Ms ?? 0) / (wire.p50Ms ?? 1),
    })),
    exponents: kinds.map((kind) => ({ name: `${kind} p95`, value: exponentOf(costsOf(found, kind)) })),
    goals: kinds.map((kind) => ({ text: `${kind} p95 ≤ 1 s`, isMet: (last[kind].p95Ms ?? Infinity) <= 1000 })),
    notes: [
      "times of commits are the database's own (track_commit_timestamp), of logs those that the program prints; one machine, one clock",
      `home's copies of logs are looked at every ${lookMs} ms; hub, home, host and each app and proxy are processes of their own`,
    ],
  };
}

export async function measureStatusLag(place: Place): Promise<Figure> {
  const house = await openHouse(place);
  try {
    return await measureAll(await openPair(house));
  } finally {
    await house.close();
  }
}
