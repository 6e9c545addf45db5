import { randomUUID } from "node:crypto";
import { type GrantClaims, signGrant } from "#server/protocol/grant";
import { type Door, grantRequestOf, openDoor, putOf, redeem, type Ticket } from "./hosted-calls";
import { countAt, openHouse, type Place } from "./house";
import { bareLoop, manyAtOnce } from "./load";
import { exponentOf, type Figure, type Line, lineOf, published } from "./summary";

const sizes = [250, 500, 1000];
const atOnce = 40;

/** A grant as the hub signs it; the hub's own work is not part of this figure. */
async function grantOf(door: Door, ticket: Ticket): Promise<string> {
  const { house, host, caller } = door;
  const { host: _host, previous: _previous, ...details } = grantRequestOf(door, ticket);
  const iat = Math.floor(Date.now() / 1000);
  const claims: GrantClaims = {
    iss: house.hub.url,
    aud: host.name,
    sub: ticket.user,
    jti: randomUUID(),
    iat,
    nbf: iat,
    exp: iat + 600,
    cnf: { jkt: caller.jkt },
    home: caller.name,
    authorization_details: [{ type: "krdc_step", ...details }],
  };
  return signGrant(house.hub.key, claims);
}

/** The grants are there before the clock runs; a proof is too short-lived for that, so the load signs each as it sends it. */
async function measure(door: Door, tickets: Ticket[]): Promise<{ line: Line; cpu: number }> {
  const grants = await Promise.all(tickets.map((ticket) => grantOf(door, ticket)));
  const before = await door.host.service.ask<number>("cpuMs");
  const { timesMs, tookMs } = await manyAtOnce(tickets.length, atOnce, async (at) =>
    redeem(await putOf(door, tickets[at] as Ticket, grants[at] ?? "")),
  );
  const cpu = (await door.host.service.ask<number>("cpuMs")) - before;
  return { line: lineOf("accepted hosted runs", tickets.length, timesMs, tookMs), cpu: cpu / tickets.length };
}

const rows = {
  "hosted runs": "select count(*) from hosted_runs where state = 'QUEUED'",
  "redeemed grants": "select count(*) from redeemed_grants",
  "queued executions": "select count(*) from executions where kind = 'hosted' and state = 'QUEUED'",
  "audit entries": "select count(*) from audit_entries where action = 'hosted_run.accepted'",
  "counted runs": "select sum(runs_used) from agreements",
};

async function assertKept({ host }: Door, wanted: number): Promise<void> {
  for (const [name, text] of Object.entries(rows)) {
    const found = await countAt(host.service, text);
    if (found !== wanted) throw new Error(`${found} ${name}, not ${wanted}`);
  }
}

async function measureAll(door: Door, { adminUrl }: Place): Promise<Figure> {
  await door.house.hub.service.ask("answerInstantly", true);
  await measure(door, door.tickets.slice(0, atOnce));
  const found: Awaited<ReturnType<typeof measure>>[] = [];
  let taken = atOnce;
  for (const size of sizes) {
    found.push(await measure(door, door.tickets.slice(taken, taken + size)));
    taken += size;
  }
  await assertKept(door, taken);
  const lines = found.map(({ line }) => line);
  const perSecond = lines.at(-1)?.perSecond ?? 0;
  const bare = await bareLoop(adminUrl, door.house.hub, { count: sizes.at(-1) ?? 0, atOnce });
  const costs = lines.map((line) => ({ size: line.size ?? 1, cost: (line.size ?? 1) / (line.perSecond ?? 1) }));
  return {
    id: "P4",
    title: `accepted hosted runs at one gateway, ${atOnce} at once, each durable, none executed`,
    lines,
    peers: [
      { ...bare, from: "measured" },
      published("MultiKueue in its own CI, without executing", 45),
      published("MultiKueue at its default client limits", 1.3),
    ],
    ratios: [{ name: "accepted runs over the bare loop, per second", value: perSecond / (bare.perSecond ?? 1) }],
    exponents: [{ name: "accepted hosted runs", value: exponentOf(costs) }],
    goals: [{ text: "≥ 100/s on 2 cores", isMet: perSecond >= 100 }],
    notes: [
      `gateway: ${found.at(-1)?.cpu.toFixed(2)} ms of CPU a run; the load signs the proofs while the clock runs, the grants before`,
      "the gateway asks the hub about each grant; the hub's process answers yes without looking (P9 has the whole way)",
      "the published figures are others' machines and loads: they stand beside ours, no ratio is made of them",
    ],
  };
}

export async function measureAcceptedRuns(place: Place): Promise<Figure> {
  const house = await openHouse(place);
  try {
    return await measureAll(await openDoor(house, atOnce + sizes.reduce((sum, size) => sum + size, 0)), place);
  } finally {
    await house.close();
  }
}
