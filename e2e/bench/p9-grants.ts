import { type Door, issue, openDoor, putOf, redeem, type Ticket } from "./hosted-calls";
import { countAt, openHouse, type Place } from "./house";
import { bareLoop, manyAtOnce } from "./load";
import { cpuMs } from "./service";
import { exponentOf, type Figure, type Line, lineOf } from "./summary";

const sizes = [150, 300, 600];
const atOnce = 40;

type Measured = { line: Line; issued: Line; redeemed: Line };

/** One grant asked for, got and redeemed by each ticket. */
async function measure(door: Door, name: string, tickets: Ticket[]): Promise<Measured> {
  const [issueMs, redeemMs]: [number[], number[]] = [[], []];
  const { timesMs, tookMs } = await manyAtOnce(tickets.length, atOnce, async (at) => {
    const ticket = tickets[at] as Ticket;
    const begin = performance.now();
    const grant = await issue(door, ticket);
    const between = performance.now();
    await redeem(await putOf(door, ticket, grant));
    issueMs.push(between - begin);
    redeemMs.push(performance.now() - between);
  });
  const size = tickets.length;
  return {
    line: lineOf(name, size, timesMs, tookMs),
    issued: lineOf(`  of it: issue at the hub`, size, issueMs),
    redeemed: lineOf(`  of it: redeem at the door`, size, redeemMs),
  };
}

/** What both databases hold: every call that was answered 201, each once, and each introspected by the hub or not at all. */
async function assertKept({ house, host }: Door, wanted: { redeemed: number; introspected: number }): Promise<void> {
  const kept = {
    "grants of the hub": [await countAt(house.hub.service, "select count(*) from grants"), wanted.redeemed],
    "introspected grants": [
      await countAt(house.hub.service, "select count(*) from grants where introspected_at is not null"),
      wanted.introspected,
    ],
    "redeemed grants": [await countAt(host.service, "select count(*) from redeemed_grants"), wanted.redeemed],
    "hosted runs": [
      await countAt(host.service, "select count(*) from hosted_runs where state = 'QUEUED'"),
      wanted.redeemed,
    ],
  };
  for (const [name, [found, want]] of Object.entries(kept)) {
    if (found !== want) throw new Error(`${found} ${name}, not ${want}`);
  }
}

async function cpuOf(door: Door) {
  const { house, host } = door;
  return {
    hub: await house.hub.service.ask<number>("cpuMs"),
    gateway: await host.service.ask<number>("cpuMs"),
    load: cpuMs(),
  };
}

/** Where a processor's time went, in each of our processes; the rest of two cores is Postgres, waiting and idle. */
async function withCpu<T>(door: Door, calls: number, work: () => Promise<T>): Promise<{ found: T; note: string }> {
  const before = await cpuOf(door);
  const found = await work();
  const after = await cpuOf(door);
  const each = (name: keyof typeof after) => ((after[name] - before[name]) / calls).toFixed(2);
  return { found, note: `CPU ms a call: hub ${each("hub")}, gateway ${each("gateway")}, load ${each("load")}` };
}

type Way = { name: string; isInstant: boolean };
const ways: Way[] = [
  { name: "issue + redeem, introspected", isInstant: false },
  { name: "issue + redeem, introspection answered at once", isInstant: true },
];

async function measureWay(door: Door, way: Way, take: (count: number) => Ticket[]) {
  await door.house.hub.service.ask("answerInstantly", way.isInstant);
  const lines: Line[] = [];
  const costs: { size: number; cost: number }[] = [];
  let last: { note: string } | undefined;
  for (const size of sizes) {
    const { found, note } = await withCpu(door, size, () => measure(door, way.name, take(size)));
    lines.push(found.line, ...(size === sizes.at(-1) ? [found.issued, found.redeemed] : []));
    costs.push({ size, cost: (size / (found.line.perSecond ?? 1)) * 1000 });
    last = { note };
  }
  return { lines, exponent: exponentOf(costs), note: `${way.name}: ${last?.note}` };
}

const largest = (lines: Line[], name: string) =>
  lines.findLast((line) => line.name === name) as Line & { perSecond: number };

async function measureAll(door: Door, take: (count: number) => Ticket[], { adminUrl }: Place): Promise<Figure> {
  await measure(door, "", take(atOnce));
  const found = [];
  for (const way of ways) found.push(await measureWay(door, way, take));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  await assertKept(door, { redeemed: atOnce + 2 * total, introspected: atOnce + total });
  const bare = await bareLoop(adminUrl, door.house.hub, { count: sizes.at(-1) ?? 0, atOnce });
  const lines = found.flatMap((one) => one.lines);
  const [withHub, without] = ways.map(({ name }) => largest(lines, name)) as [
    ReturnType<typeof largest>,
    ReturnType<typeof largest>,
  ];
  const ratio = (line: { perSecond: number }) => line.perSecond / (bare.perSecond ?? 1);
  return {
    id: "P9",
    title: `issue and redeem a grant, ${atOnce} at once`,
    lines,
    peers: [{ ...bare, from: "measured" }],
    ratios: [withHub, without].map((line) => ({
      name: `${line.name}, per second over the bare loop's`,
      value: ratio(line),
    })),
    exponents: found.map(({ exponent }, at) => ({ name: ways[at]?.name ?? "", value: exponent })),
    goals: [
      { text: "≥ 300/s with introspection, audit and budget", isMet: withHub.perSecond >= 300 },
      { text: "≥ 700/s without introspection", isMet: without.perSecond >= 700 },
      { text: `p99 ≤ 150 ms at ${atOnce} at once, introspected`, isMet: (withHub.p99Ms ?? Infinity) <= 150 },
    ],
    notes: [
      ...found.map(({ note }) => note),
      "hub, gateway, Postgres and load are processes of their own on the same cores; the hub's doors stand in node:http, not in Next",
      "without introspection: the gateway still asks, and the hub's process answers yes without looking; nothing else is left out",
    ],
  };
}

export async function measureGrants(place: Place): Promise<Figure> {
  const house = await openHouse(place);
  try {
    const door = await openDoor(house, atOnce + 2 * sizes.reduce((sum, size) => sum + size, 0));
    let taken = 0;
    const take = (count: number) => {
      taken += count;
      return door.tickets.slice(taken - count, taken);
    };
    return await measureAll(door, take, place);
  } finally {
    await house.close();
  }
}
