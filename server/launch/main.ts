import { existsSync } from "node:fs";
import { join } from "node:path";
import { describePortHolder, isPortFree } from "./bootstrap/port.js";
import { thisProcess } from "./bootstrap/process-identity.js";
import { portTaken, Refusal } from "./bootstrap/words.js";
import { FRAMEWORKS, gatewayUrl, type HousePlan, hubUrl } from "./child-env";
import { type Home, openHome } from "./home-folder";
import { closeHouse, openHouse, type PortalProgram } from "./house";
import { type Keys, openKeys } from "./keys";
import { loadSamples } from "./load-samples";
import { migrateDatabases } from "./migrate-databases";
import { type DatabaseUrls, type LaunchOptions, type LaunchSettings, readSettings } from "./options";
import { choosePorts } from "./ports";
import { openDatabases } from "./postgres/databases";
import { openPostgres, postgresAnswers } from "./postgres/open-postgres";
import { endSurvivors, findSurvivors } from "./supervision/end-survivors";
import { Supervisor } from "./supervision/supervisor";
import { line, refuse, words } from "./words";

const INTERNAL_PORTS = ["postgres", "identity", ...FRAMEWORKS] as const;
const ACCOUNTS = ["researcher", "researcher2", "provider", "operator-materials", "operator-bio", "admin"];

type Stage = { options: LaunchOptions; settings: LaunchSettings; home: Home; supervisor: Supervisor };

/** Starts everything of one home and returns when it is ready; a signal ends it all in order and then the process. */
export async function start(options: LaunchOptions): Promise<void> {
  const settings = readSettings(options.env);
  const portal = portalProgram(options, settings);
  const home = openHome(options.home);
  const supervisor = new Supervisor(home.folder, options.write);
  const stage = { options, settings, home, supervisor };
  const samples = new AbortController();
  const end = endOnce(stage, samples);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end.bySignal);
  try {
    const plan = await preparePlan(stage);
    await openHouse({ plan, supervisor, portal }, !settings.identityProvider);
    tellReady(stage, plan);
    if (plan.isDemo) void loadSamples(plan, { write: options.write, signal: samples.signal });
  } catch (error) {
    if (end.hasBegun()) return new Promise(() => undefined);
    await end.quietly();
    throw error;
  }
}

export function portalProgram(
  { root, portal, isDevelopment }: LaunchOptions,
  { port, host }: LaunchSettings,
): PortalProgram {
  if (isDevelopment) {
    const next = join(root, "node_modules/next/dist/bin/next");
    return { args: [next, "dev", "-p", String(port), "-H", host], cwd: root, env: { NODE_ENV: "development" } };
  }
  if (!portal || !existsSync(join(portal, "server.js"))) throw refuse(words.notBuilt("portal"));
  return { args: [join(portal, "server.js")], cwd: portal, env: {} };
}

/** However many signals arrive, everything is ended once. */
function endOnce({ options, home, supervisor }: Stage, samples: AbortController) {
  let ending: Promise<void> | undefined;
  const quietly = () => {
    samples.abort();
    ending ??= closeHouse(supervisor).finally(home.release);
    return ending;
  };
  return {
    quietly,
    hasBegun: () => ending !== undefined,
    bySignal() {
      if (ending) return;
      options.write(line(words.stopping()));
      void quietly().then(() => {
        options.write(line(words.stopped()));
        process.exit(0);
      });
    },
  };
}

export async function preparePlan(stage: Stage): Promise<HousePlan> {
  const { options, settings, home } = stage;
  const keys = await openKeys(home.folder, FRAMEWORKS);
  const survivors = findSurvivors(home.folder);
  if (survivors.length > 0) options.write(line(words.survivors(survivors.map(({ name }) => name).join(", "))));
  await endSurvivors(survivors, FRAMEWORKS);
  if (!(await isPortFree(settings.port, settings.host))) {
    throw new Refusal(portTaken(settings.port, describePortHolder(settings.port)));
  }
  const databases = settings.databases ?? (await openEmbeddedDatabases(stage, keys));
  const ports = await keepPorts(stage, ["identity", ...FRAMEWORKS]);
  await migrateDatabases(options.bundles, databases);
  home.saveSettings({ portalUrl: `http://127.0.0.1:${settings.port}`, bundles: options.bundles });
  return {
    given: options.env,
    home: home.folder,
    homeId: home.settings.homeId,
    secret: home.secret,
    bundles: options.bundles,
    port: settings.port,
    host: settings.host,
    ports,
    isDemo: settings.isDemo,
    databases,
    identityProvider: settings.identityProvider
      ? { ...settings.identityProvider, isEmbedded: false }
      : {
          issuer: `http://127.0.0.1:${ports.identity}`,
          clientId: "krdc-portal",
          clientSecret: keys.passwords.oidcClientSecret,
          isEmbedded: true,
        },
    keys,
    launcher: thisProcess(),
  };
}

/** An older server on the data folder is ended first, so that the kept port is free for the new one. */
async function openEmbeddedDatabases(stage: Stage, keys: Keys): Promise<DatabaseUrls> {
  const { options, home, supervisor } = stage;
  const { passwords } = keys;
  const postgres = await openPostgres({
    root: options.root,
    home: home.folder,
    keptFolder: home.settings.postgresFolder,
    recordFolder: (postgresFolder) => home.saveSettings({ postgresFolder }),
    choosePort: async () => (await keepPorts(stage, ["postgres"])).postgres,
    password: passwords.postgresAdmin,
    uid: process.getuid?.() ?? -1,
  });
  supervisor.start(postgres.spec);
  if (!(await postgresAnswers(postgres.adminUrl, 30_000))) {
    throw refuse(words.neverAnswered("postgres", supervisor.logOf("postgres")), supervisor.tailOf("postgres"));
  }
  const urls = await openDatabases(postgres.adminUrl, [
    { database: "hub", role: "krdc_hub", password: passwords.krdc_hub },
    { database: "materials", role: "krdc_materials", password: passwords.krdc_materials },
    { database: "bio", role: "krdc_bio", password: passwords.krdc_bio },
  ]);
  return { hub: urls.hub ?? "", materials: urls.materials ?? "", bio: urls.bio ?? "" };
}

async function keepPorts({ home, options }: Stage, names: readonly (typeof INTERNAL_PORTS)[number][]) {
  const kept: Partial<Record<(typeof INTERNAL_PORTS)[number], number>> = home.settings.ports;
  const { ports, moved } = await choosePorts(names, kept);
  for (const { name, from, to } of moved) options.write(line(words.portMoved(name, from, to)));
  home.saveSettings({ ports });
  return ports;
}

function tellReady({ options }: Stage, plan: HousePlan): void {
  options.write(`KRDC is ready: ${hubUrl(plan)}`);
  for (const name of FRAMEWORKS) options.write(line(words.ownerPage(name, `${gatewayUrl(plan, name)}/operator`)));
  if (plan.isDemo) {
    options.write(line(words.accounts(plan.keys.passwords.demoPassword)));
    options.write(`  ${ACCOUNTS.join("  ")}`);
  } else {
    options.write(line(words.setupCode(plan.keys.passwords.setupCode)));
  }
}
