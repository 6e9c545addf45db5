import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { aRelay, type Relay } from "#server/framework/relay.build";
import type { FrameworkName, HousePlan } from "#server/launch/child-env";
import { gatewayUrl, hubUrl } from "#server/launch/child-env";
import { openHome } from "#server/launch/home-folder";
import { closeHouse, openHouse } from "#server/launch/house";
import { portalProgram, preparePlan } from "#server/launch/main";
import { type LaunchOptions, readSettings } from "#server/launch/options";
import { postgresAnswers } from "#server/launch/postgres/open-postgres";
import { readProcesses } from "#server/launch/supervision/processes-file";
import { endedWithin, killGroup, sendSignal } from "#server/launch/supervision/signals";
import { type ChildSpec, Supervisor } from "#server/launch/supervision/supervisor";
import { probe } from "#server/launch/wait-until";
import type { OperatorDoor } from "#server/protocol/operator-call";
import { recordBuildsInUse } from "../../server/launch/bootstrap/builds.js";
import { prepareAll } from "../../server/launch/bootstrap/prepare.js";
import { createProgress } from "../../server/launch/bootstrap/progress.js";
import { until, type Where } from "./command-line";
import { type HousePlace, newPlace, removePlace } from "./house";
import { serviceOf, tasksOf } from "./processes";

const parties = ["portal", "materials", "bio"] as const;
export type Party = (typeof parties)[number];
export type Service = Party | "postgres";
type Env = Record<string, string>;
/** By who calls whom. */
type Wires = ReadonlyMap<string, Relay>;

/** Every direction in which two parties call each other. */
export const directions: readonly [from: Party, to: Party][] = parties.flatMap((from) =>
  parties.filter((to) => to !== from).map((to): [Party, Party] => [from, to]),
);

/** Starts each child with what the lab wants it to know besides, and remembers how it is started again. */
class LabSupervisor extends Supervisor {
  readonly specs = new Map<string, ChildSpec>();
  readonly #more: (name: string) => Env;

  constructor(home: string, write: (text: string) => void, more: (name: string) => Env) {
    super(home, write);
    this.#more = more;
  }

  override start(spec: ChildSpec): void {
    this.specs.set(spec.name, spec);
    super.start({ ...spec, env: () => ({ ...spec.env(), ...this.#more(spec.name) }) });
  }
}

/** A whole house whose services call each other over wires of the lab, one for each direction, and can be ended each alone. */
export class Lab {
  readonly where: Where;
  readonly plan: HousePlan;
  readonly #supervisor: LabSupervisor;
  readonly #wires: Wires;
  readonly #more: Map<string, Env>;

  constructor(plan: HousePlan, supervisor: LabSupervisor, wires: Wires, more: Map<string, Env>) {
    this.where = { home: plan.home, port: plan.port };
    this.plan = plan;
    this.#supervisor = supervisor;
    this.#wires = wires;
    this.#more = more;
  }

  wire(from: Party, to: Party): Relay {
    const wire = this.#wires.get(`${from} ${to}`);
    if (!wire) throw new Error(`no wire from ${from} to ${to}`);
    return wire;
  }

  healAll(): void {
    for (const wire of this.#wires.values()) wire.fate = () => "pass";
  }

  /** `kill -9` of a service, if it is not down at the moment; it comes back by itself. */
  kill(name: Party): void {
    const known = readProcesses(this.where.home).find((child) => child.name === name);
    if (known) sendSignal(known.pid, "SIGKILL");
  }

  /** As after `kill -9`, and away until it is started again. */
  async takeDown(name: Service): Promise<void> {
    const known = serviceOf(this.where.home, name);
    this.#supervisor.forget(name);
    if (name === "postgres") sendSignal(known.pid, "SIGQUIT");
    else killGroup(known.pid);
    if (!(await endedWithin(known, 10_000))) throw new Error(`${name} does not end`);
  }

  /** With other settings from now on where some are named. */
  async bringUp(name: Service, settings?: Env): Promise<void> {
    const spec = this.#supervisor.specs.get(name);
    if (!spec) throw new Error(`${name} was never started`);
    if (settings) this.#more.set(name, settings);
    await spec.beforeRestart?.();
    this.#supervisor.start(spec);
    await until(`${name} to answer`, async () => ((await this.#answers(name)) ? true : undefined), 60_000);
  }

  async #answers(name: Service): Promise<boolean> {
    if (name === "postgres") return postgresAnswers(this.#adminUrl, 0);
    const { plan } = this;
    const health = name === "portal" ? `${hubUrl(plan)}/api/health` : `${gatewayUrl(plan, name)}/v1/health`;
    return (await probe(health)) === "ok";
  }

  /** All three read the time on this clock from now on; `undefined` is the machine's own. */
  async setClocks(clock: string | undefined): Promise<void> {
    const settings: Env = clock === undefined ? {} : { KRDC_CLOCK: clock };
    for (const name of parties) await this.takeDown(name);
    for (const name of parties) await this.bringUp(name, settings);
  }

  /** The owner of a framework, before its own door. */
  doorOf(name: FrameworkName): OperatorDoor {
    const key = this.plan.keys.operatorKeys[name]?.privateKey ?? {};
    return { url: gatewayUrl(this.plan, name), key, now: () => new Date() };
  }

  get #adminUrl(): string {
    const { postgresAdmin } = this.plan.keys.passwords;
    return `postgres://krdc_admin:${postgresAdmin}@127.0.0.1:${this.plan.ports.postgres}/postgres`;
  }
}

const portOf = (plan: HousePlan, party: Party) => (party === "portal" ? plan.port : plan.ports[party]);
const preload = pathToFileURL(join(import.meta.dirname, "wires.js")).href;
const isParty = (name: string): name is Party => (parties as readonly string[]).includes(name);

async function openWires(): Promise<Wires> {
  const wires = new Map<string, Relay>();
  for (const [from, to] of directions) wires.set(`${from} ${to}`, await aRelay());
  return wires;
}

function aim(wires: Wires, plan: HousePlan): void {
  for (const [from, to] of directions) {
    const wire = wires.get(`${from} ${to}`);
    if (wire) wire.target = portOf(plan, to);
  }
}

/** What makes a service call the others over its own wires. */
function wiredEnv(wires: Wires, plan: HousePlan, name: Party): Env {
  const own = directions.filter(([from]) => from === name);
  const ports = own.map(([from, to]) => [portOf(plan, to), new URL(wires.get(`${from} ${to}`)?.url ?? "").port]);
  return { NODE_OPTIONS: `--import=${preload}`, KRDC_LAB_WIRES: JSON.stringify(Object.fromEntries(ports)) };
}

/** What is left if these tests end without closing the lab goes with them. */
function endWithTests(place: HousePlace): { sweep: () => void } {
  const killLeft = () => {
    removePlace(place);
    for (const { pid } of tasksOf(place.home)) sendSignal(pid, "SIGKILL");
  };
  const endAtOnce = () => process.exit(1);
  process.on("exit", killLeft).on("SIGTERM", endAtOnce).on("disconnect", endAtOnce);
  const sweep = () => {
    process.off("exit", killLeft).off("SIGTERM", endAtOnce).off("disconnect", endAtOnce);
    killLeft();
  };
  return { sweep };
}

/** Programs and portal as `npm start` has them built, and kept for as long as these tests run. */
async function builtFor({ root, home, port }: HousePlace): Promise<LaunchOptions> {
  const write = () => undefined;
  const { bundles, portal } = await prepareAll({ root, home, progress: createProgress({ steps: 5, write }) });
  recordBuildsInUse(join(root, ".build"), home, [basename(bundles), basename(portal ?? "")]);
  const env = { ...process.env, NODE_OPTIONS: undefined, PORT: String(port), KRDC_TEST: "on" };
  return { env, root, home, bundles, portal, isDevelopment: false, write };
}

/** Opens a house by the launcher's own parts, with the lab's wires between its services. */
export async function openLab(): Promise<{ lab: Lab; close: () => Promise<void> }> {
  const place = await newPlace("krdc 실험실 ");
  const options = await builtFor(place);
  const settings = readSettings(options.env);
  const home = openHome(place.home);
  const wires = await openWires();
  const more = new Map<string, Env>();
  let plan: HousePlan | undefined;
  const supervisor = new LabSupervisor(home.folder, options.write, (name) =>
    plan && isParty(name) ? { ...wiredEnv(wires, plan, name), ...more.get(name) } : {},
  );
  const { sweep } = endWithTests(place);
  const close = async () => {
    await closeHouse(supervisor);
    for (const wire of wires.values()) await wire.close();
    home.release();
    sweep();
  };
  try {
    plan = await preparePlan({ options, settings, home, supervisor });
    aim(wires, plan);
    await openHouse({ plan, supervisor, portal: portalProgram(options, settings) }, true);
    return { lab: new Lab(plan, supervisor, wires, more), close };
  } catch (error) {
    await close();
    throw error;
  }
}
