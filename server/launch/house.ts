import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { writeJson } from "./bootstrap/hashing.js";
import {
  baseEnv,
  FRAMEWORKS,
  type FrameworkName,
  frameworkEnv,
  frameworkHome,
  gatewayUrl,
  type HousePlan,
  hubUrl,
  ownerClientOf,
  portalEnv,
} from "./child-env";
import { allHeard, approveFramework, introducePeers, inviteFramework } from "./enrolment/enrol-frameworks";
import { createHubClient } from "./enrolment/hub-client";
import type { Supervisor } from "./supervision/supervisor";
import { probe, waitUntil } from "./wait-until";
import { refuse, words } from "./words";

const ANSWER_MS = 60_000;
/** A child that died this often before its first answer will not answer. */
const HOPELESS_ENDS = 5;

/** How long each may take to end; together under ten seconds. */
const GRACE_MS = { portal: 1_000, frameworks: 6_000, identity: 500, postgres: 1_500 };

/** How the portal runs: a built server, or Next's own development server in the checkout. */
export type PortalProgram = { args: string[]; cwd: string; env: Record<string, string> };

export type House = { plan: HousePlan; supervisor: Supervisor; portal: PortalProgram };

/** Opens the services in the order in which each needs the one before; every wait ends with an answer or a reason. */
export async function openHouse(house: House, startsIdentity: boolean): Promise<void> {
  const { plan } = house;
  if (startsIdentity) {
    startIdentity(house);
    await answers(house, "identity", `${plan.identityProvider.issuer}/.well-known/openid-configuration`);
  }
  house.supervisor.start({
    name: "portal",
    command: process.execPath,
    args: house.portal.args,
    cwd: house.portal.cwd,
    env: () => ({ ...portalEnv(plan), ...house.portal.env }),
    port: plan.port,
  });
  await answers(house, "portal", `${hubUrl(plan)}/api/health`);
  await openFrameworks(house);
}

/** In order; each has its time, then its whole process group is killed. */
export async function closeHouse(supervisor: Supervisor): Promise<void> {
  await supervisor.stop("portal", GRACE_MS.portal);
  await Promise.all(FRAMEWORKS.map((name) => supervisor.stop(name, GRACE_MS.frameworks)));
  await supervisor.stop("identity", GRACE_MS.identity);
  await supervisor.stop("postgres", GRACE_MS.postgres);
  supervisor.close();
}

function startIdentity({ plan, supervisor }: House): void {
  const folder = join(plan.home, "identity");
  writeJson(join(folder, "settings.json"), {
    port: plan.ports.identity,
    issuer: plan.identityProvider.issuer,
    clientId: plan.identityProvider.clientId,
    clientSecret: plan.identityProvider.clientSecret,
    redirectUris: [`${hubUrl(plan)}/api/auth/callback/krdc`],
    postLogoutRedirectUris: ["/", "/sign-in"].map((path) => `${hubUrl(plan)}${path}`),
    frameworks: frameworkClients(plan),
    password: plan.isDemo ? plan.keys.passwords.demoPassword : plan.keys.passwords.setupCode,
    isDemo: plan.isDemo,
    cookieSuffix: plan.homeId,
  });
  supervisor.start({
    name: "identity",
    command: process.execPath,
    args: [join(plan.bundles, "identity.mjs"), folder],
    cwd: folder,
    env: () => baseEnv(plan),
    port: plan.ports.identity,
  });
}

/** Only those whose operators sign in at this very provider. */
function frameworkClients(plan: HousePlan) {
  return FRAMEWORKS.flatMap((name) => {
    const client = ownerClientOf(plan, name);
    if (client?.issuer !== plan.identityProvider.issuer) return [];
    const { clientId, clientSecret } = client;
    return [{ name, clientId, clientSecret, redirectUri: `${gatewayUrl(plan, name)}/operator/callback` }];
  });
}

async function openFrameworks(house: House): Promise<void> {
  const { plan } = house;
  const hub = createHubClient(hubUrl(plan), plan.secret);
  // Kept until the framework is a member: one that dies before it joined needs the token again.
  const joinTokens = new Map<FrameworkName, string>();
  for (const name of FRAMEWORKS) {
    const token = await inviteFramework(hub, name);
    if (token) joinTokens.set(name, token);
    startFramework(house, name, () => joinTokens.get(name));
  }
  for (const name of FRAMEWORKS) {
    await approveFramework(hub, plan, name);
    joinTokens.delete(name);
  }
  for (const name of FRAMEWORKS) await answers(house, name, `${gatewayUrl(plan, name)}/v1/health`);
  if (!(await allHeard(hub))) throw refuse(words.hubRefused("the frameworks", "not_active"));
  await introducePeers(plan);
}

function startFramework({ plan, supervisor }: House, name: FrameworkName, joinToken: () => string | undefined): void {
  const folder = frameworkHome(plan, name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  supervisor.start({
    name,
    command: process.execPath,
    args: [join(plan.bundles, "framework.mjs")],
    cwd: folder,
    env: () => frameworkEnv(plan, name, joinToken()),
    port: plan.ports[name],
  });
}

async function answers({ supervisor }: House, name: string, url: string): Promise<void> {
  let said = "";
  const isOver = async () => {
    said = await probe(url);
    return said === "ok" || supervisor.quickEndsOf(name) >= HOPELESS_ENDS ? true : undefined;
  };
  await waitUntil(isOver, { timeoutMs: ANSWER_MS });
  if (said === "ok") return;
  const log = supervisor.logOf(name);
  throw refuse(words.neverAnswered(name, log), `GET ${url}: ${said}\n${supervisor.tailOf(name)}`);
}
