import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { KrdcError } from "#server/errors";
import { callAsOperator } from "#server/protocol/operator-call";
import { FRAMEWORKS, type FrameworkName, frameworkHome, gatewayUrl, type HousePlan, TITLES } from "../child-env";
import { waitUntil } from "../wait-until";
import { refuse, words } from "../words";
import type { HubAnswer, HubClient } from "./hub-client";

const invitation = z.looseObject({ joinToken: z.string().min(1) });
const approval = z.looseObject({ state: z.string() });
const refusal = z.looseObject({ detail: z.looseObject({ state: z.string() }).optional().catch(undefined) });
const clusterList = z.looseObject({ items: z.array(z.looseObject({ name: z.string(), state: z.string() })) });
const identity = z.looseObject({ jwk: z.looseObject({ kty: z.string() }) });

const JOIN_MS = 30_000;
const HEARD_MS = 30_000;

/** A token for a framework that the hub does not know yet; undefined for one that joined before. */
export async function inviteFramework(hub: HubClient, name: FrameworkName): Promise<string | undefined> {
  const answer = await hub("POST", "/api/v1/local/cluster-invitations", { name, title: TITLES[name] });
  if (answer.status === 409 && answer.code === "cluster.already_enrolled") return undefined;
  const parsed = invitation.safeParse(answer.body);
  if (answer.status >= 300 || !parsed.success) throw refuse(words.hubRefused(`the invitation of ${name}`, answer.code));
  return parsed.data.joinToken;
}

/**
 * Both sides of an enrolment that waits for approval: the framework's operator compares the fingerprint that the
 * framework itself wrote down, then the hub's operator agrees. One that is active or suspended stays as it is.
 */
export async function approveFramework(hub: HubClient, plan: HousePlan, name: FrameworkName): Promise<void> {
  if (isSettled(stateIn(await approve(hub, { name, as: "hub" })))) return;
  const fingerprint = await waitUntil(() => readFingerprint(frameworkHome(plan, name)), { timeoutMs: JOIN_MS });
  if (!fingerprint) throw refuse(words.hubRefused(`the approval of ${name}`, "no_fingerprint"));
  const operatorsWord = { name, fingerprint: lastTwoGroups(fingerprint), as: "operator" };
  const asOperator = await waitUntil(async () => unlessInvited(await approve(hub, operatorsWord)), {
    timeoutMs: JOIN_MS,
    intervalMs: 250,
  });
  const last = asOperator && asOperator.status < 300 ? await approve(hub, { name, as: "hub" }) : asOperator;
  if (last && isSettled(stateIn(last))) return;
  throw refuse(words.hubRefused(`the approval of ${name}`, last?.code ?? "no_answer"));
}

/** True once the hub has heard of every framework that is not suspended. */
export async function allHeard(hub: HubClient): Promise<boolean> {
  const answer = await waitUntil(async () => ((await areHeard(hub)) ? true : undefined), {
    timeoutMs: HEARD_MS,
    intervalMs: 200,
  });
  return answer === true;
}

async function areHeard(hub: HubClient): Promise<boolean> {
  const answer = await hub("GET", "/api/v1/local/clusters");
  const parsed = clusterList.safeParse(answer.body);
  if (!parsed.success) return false;
  const states = new Map(parsed.data.items.map(({ name, state }) => [name, state]));
  return FRAMEWORKS.every((name) => isSettled(states.get(name)));
}

/** Each operator tells its own framework which key stands behind the other's address, without asking the hub. */
export async function introducePeers(plan: HousePlan, now: () => Date = () => new Date()): Promise<void> {
  const jwks = new Map<FrameworkName, unknown>();
  for (const name of FRAMEWORKS) {
    const response = await fetch(`${gatewayUrl(plan, name)}/v1/identity`, { signal: AbortSignal.timeout(15_000) });
    jwks.set(name, identity.parse(await response.json()).jwk);
  }
  for (const name of FRAMEWORKS) {
    const peers = FRAMEWORKS.filter((other) => other !== name).map((other) => ({
      name: other,
      jwk: jwks.get(other),
      gateway: gatewayUrl(plan, other),
    }));
    const key = plan.keys.operatorKeys[name]?.privateKey ?? {};
    const door = { url: gatewayUrl(plan, name), key, now };
    await callAsOperator(door, { method: "POST", path: "/v1/operator/peers", json: { peers } }).catch((error) => {
      throw refuse(words.hubRefused(`the peers of ${name}`, error instanceof KrdcError ? error.reason : String(error)));
    });
  }
}

/** "8f2a 01cc" of a line of eight groups. */
function lastTwoGroups(fingerprint: string): string {
  return (fingerprint.match(/[0-9a-f]{4}/gi) ?? []).slice(-2).join(" ");
}

const approve = (hub: HubClient, body: object) => hub("POST", "/api/v1/local/cluster-approvals", body);

const isSettled = (state: string | undefined) => state === "ACTIVE" || state === "SUSPENDED";

/** The state that an approval led to, or for which it was refused. */
function stateIn({ body }: HubAnswer): string | undefined {
  const given = approval.safeParse(body);
  return given.success ? given.data.state : refusal.safeParse(body).data?.detail?.state;
}

function readFingerprint(home: string): string | undefined {
  try {
    const text = readFileSync(join(home, "fingerprint"), "utf8").trim();
    return text.length > 0 ? text : undefined;
  } catch {
    return undefined;
  }
}

/** The hub knows the framework's key a moment after the framework wrote its fingerprint. */
function unlessInvited(answer: HubAnswer): HubAnswer | undefined {
  return stateIn(answer) === "INVITED" ? undefined : answer;
}
