import { ModelHome } from "./home.build";
import { ModelHost } from "./host.build";
import type { Message, Net } from "./net.build";
import type { Scenario } from "./scenario.build";

const mostTicks = 5000;

/** How a story ended at both sides. */
export type Ending = {
  step: ModelHome["step"];
  home: string[];
  host: string[];
};

export type Told = { ending: Ending; starts: number[] };

/** The hub revokes when the host has come to where the story wants it. */
function isRevocationDue(host: ModelHost, { revokeAt }: Scenario): boolean {
  return revokeAt !== undefined && [...host.rows.values()].some(({ state }) => state === revokeAt);
}

const isCutNow = (home: ModelHome, host: ModelHost, { isCutOff = false }: Scenario) =>
  isCutOff &&
  home.rows.some(({ state }) => state === "REMOTE_RUNNING") &&
  [...host.rows.values()].some(({ outcome }) => outcome === null);

function endingOf(home: ModelHome, host: ModelHost): Ending {
  return {
    step: { ...home.step },
    home: home.rows.map(({ attempt, state, outcome, exitCode }) => `${attempt} ${state} ${outcome} ${exitCode}`),
    host: [...host.rows.values()].map(
      ({ attempt, state, outcome, exitCode }) => `${attempt} ${state} ${outcome} ${exitCode}`,
    ),
  };
}

type World = { home: ModelHome; host: ModelHost; net: Net; scenario: Scenario; isRevocationDue: boolean };

const isAtRest = ({ home, host }: World) =>
  home.isOver() && [...host.rows.values()].every(({ state }) => state === "ACKED");

function tick(world: World, now: number): void {
  const { home, host, net, scenario } = world;
  const arrived = net.arriving(now);
  const heard: Message[] = isCutNow(home, host, scenario) ? [] : arrived;
  for (const message of heard) {
    if (message.to === "host") host.hear(message.said);
    else home.hear(message.said);
  }
  if (!isAtRest(world)) home.tick(now);
  host.tick(now);
  world.isRevocationDue ||= isRevocationDue(host, scenario);
  if (world.isRevocationDue && !host.isRevoked()) net.send({ to: "host", said: { kind: "revoke" } });
}

/** Tells one story over one net until both sides are at rest and nothing is under way any more. */
export function tell(scenario: Scenario, net: Net): Told {
  const [home, host] = [new ModelHome(net, scenario), new ModelHost(net, scenario)];
  const world: World = { home, host, net, scenario, isRevocationDue: false };
  for (let now = 1; !(isAtRest(world) && net.isEmpty()); now += 1) {
    if (now > mostTicks) throw new Error(`no end: ${JSON.stringify(endingOf(home, host))}`);
    tick(world, now);
  }
  return { ending: endingOf(home, host), starts: [...host.starts.values()] };
}
