import { createServer, type IncomingMessage } from "node:http";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";
import { clusterRoute } from "#server/auth/api/cluster-route";
import { contextFor } from "#server/auth/context";
import { theHub } from "#server/auth/hub";
import { hubDb } from "#server/db/hub";
import { hubEnv } from "#server/env";
import type { AppVersion } from "#server/graph/app";
import { ensureAgreement } from "#server/hub/agreements/ensure-agreement";
import { takeDecision } from "#server/hub/agreements/take-decision";
import { approveCluster } from "#server/hub/clusters/approve-cluster";
import { enrolCluster } from "#server/hub/clusters/enrol-cluster";
import { findCallingCluster } from "#server/hub/clusters/find-calling-cluster";
import { inviteCluster } from "#server/hub/clusters/invite-cluster";
import { recordHeartbeat } from "#server/hub/clusters/record-heartbeat";
import { authorizeRun } from "#server/hub/grants/authorize-run";
import { introspectGrant } from "#server/hub/grants/introspect-grant";
import { issueGrant } from "#server/hub/grants/issue-grant";
import { aHeartbeat, aMember } from "#server/hub/hub.build";
import { publishListing } from "#server/hub/market/publish-listing";
import { localUser } from "#server/hub/members/member";
import {
  decisionOperation,
  grantOperation,
  heartbeatOperation,
  introspectionOperation,
  listingOperation,
  receiptsOperation,
  runSummariesOperation,
  statusOperation,
} from "#server/hub/openapi/cluster-operations";
import { recordSummaries } from "#server/hub/runs/record-summaries";
import { answerStatus } from "#server/hub/status/answer-status";
import { recordReceipts } from "#server/hub/usage/record-receipts";
import type { PortalUser } from "#server/protocol/framework-api";
import { fingerprintOf, type PublicKey, publicPart, thumbprintOf } from "#server/protocol/keys";
import { answerParent } from "./service";

const always = ["PENDING", "ACTIVE", "SUSPENDED"] as const;

/** The hub's own doors for clusters, as the portal's files of the same addresses bind them. */
const doors = {
  "POST /grants": clusterRoute(grantOperation, ["ACTIVE"], (ctx, { body }) => issueGrant(ctx, body)),
  "POST /introspections": clusterRoute(introspectionOperation, ["ACTIVE"], (ctx, { body }) =>
    introspectGrant(ctx, body),
  ),
  "POST /heartbeats": clusterRoute(heartbeatOperation, always, (ctx, { body }) => recordHeartbeat(ctx, body)),
  "POST /status": clusterRoute(statusOperation, ["ACTIVE"], (ctx, { body }) => answerStatus(ctx, body)),
  "POST /receipts": clusterRoute(receiptsOperation, ["ACTIVE"], (ctx, { body }) => recordReceipts(ctx, body)),
  "POST /run-summaries": clusterRoute(runSummariesOperation, ["ACTIVE"], (ctx, { body }) => recordSummaries(ctx, body)),
  "PUT /listings": clusterRoute(listingOperation, ["ACTIVE"], (ctx, { body }) => publishListing(ctx, body.app)),
  "POST /agreements/decision": clusterRoute(decisionOperation, ["ACTIVE"], (ctx, { params, body }) =>
    takeDecision(ctx, params.id, body),
  ),
};

/** Whether introspection is answered at once without a look, to show what the look costs. */
let isInstant = false;
const instant = async () => Response.json({ active: true, reason: null });

function doorOf(method: string, path: string) {
  const [, id] = /^\/agreements\/([^/]+)\/decision$/.exec(path) ?? [];
  const name = `${method} ${id ? "/agreements/decision" : path}`;
  if (isInstant && name === "POST /introspections") return { answer: instant, params: {} };
  const answer = Object.hasOwn(doors, name) ? doors[name as keyof typeof doors] : undefined;
  return { answer, params: id ? { id } : {} };
}

async function requestOf(url: string, incoming: IncomingMessage): Promise<Request> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) if (typeof value === "string") headers.set(name, value);
  const body = parts.length > 0 ? Buffer.concat(parts) : null;
  return new Request(url, { method: incoming.method ?? "POST", headers, body });
}

async function listen(): Promise<() => void> {
  const hub = new URL(hubEnv().KRDC_HUB_URL);
  const server = createServer(async (incoming, outgoing) => {
    const path = (incoming.url ?? "").replace("/api/hub/v1", "");
    const { answer, params } = doorOf(incoming.method ?? "", path);
    const request = await requestOf(`${hub.origin}${incoming.url}`, incoming);
    const response =
      (await answer?.(request, { params: Promise.resolve(params) })) ?? new Response("", { status: 404 });
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(Number(hub.port), hub.hostname, resolve));
  return () => server.closeAllConnections();
}

export type Enrolled = { name: string; key: PublicKey; gateway: string; isSilent: boolean };

/** By invitation, enrolment and both approvals; for a home that is only a key one heartbeat is told here. */
async function enrol({ name, key, gateway, isSilent }: Enrolled): Promise<void> {
  const operator = contextFor(localUser(["hub-operator", `operator:${name}`]));
  const title = { ko: name, en: name };
  const { joinToken } = await inviteCluster(operator, { name, title });
  const jkt = await thumbprintOf(key);
  (operator.hub.allowedOrigins as string[]).push(new URL(gateway).origin);
  const request = {
    joinToken,
    name,
    title,
    gateway,
    key: publicPart(key),
    version: "0.1.0",
    runtime: "process",
  } as const;
  await enrolCluster({ ...operator, user: undefined }, request, { key: publicPart(key), jkt });
  await approveCluster(operator, { name, fingerprint: fingerprintOf(key).slice(-2).join(" "), as: "operator" });
  await approveCluster(operator, { name, as: "hub" });
  const cluster = isSilent && (await findCallingCluster(operator, jkt));
  if (cluster) await recordHeartbeat({ ...operator, user: cluster }, aHeartbeat(gateway));
}

export type Consent = { user: PortalUser; agreementId: string; authorizationId: string; runId: string };
type Wanted = { app: AppVersion; home: string; step: string; runIds: string[]; maxInstances: number };

/** For each run a member of its own with an agreement that the host signed now, who authorized one remote step. */
async function consent({ app, home, step, runIds, maxInstances }: Wanted): Promise<Consent[]> {
  const given: Consent[] = [];
  for (const runId of runIds) {
    const member = await aMember(hubDb(), `member-${runId}`);
    const ctx = contextFor(member);
    const { id: agreementId, expiresAt } = await ensureAgreement(ctx, app);
    const what = { host: app.cluster, app: app.name, version: app.version, digest: app.digest, agreementId };
    const steps = { [step]: { ...what, maxInstances, maxAttempts: 1 } };
    const who = { memberId: member.id, account: member.account, runId, home, workflowDigest: "0".repeat(64) };
    const { id } = await authorizeRun(ctx.db, { ...who, steps, agreementsEnd: expiresAt }, ctx.now());
    const { account, name, organization, roles } = member;
    const user = { sub: member.pseudonym, account, name, organization: organization.id, roles };
    given.push({ user, agreementId, authorizationId: id, runId });
  }
  return given;
}

/** The hub: its doors, verbs and database are the real ones, only Next is not around them. */
export async function serveHub(): Promise<void> {
  const pool = new pg.Pool({ connectionString: hubEnv().HUB_DATABASE_URL, max: 2 });
  pool.on("error", () => undefined);
  await migrate(drizzle(pool), { migrationsFolder: "drizzle/hub/migrations" });
  theHub();
  const close = await listen();
  const commands = {
    ready: () => true,
    enrol,
    consent,
    answerInstantly: (wanted: boolean) => {
      isInstant = wanted;
    },
    query: async (text: string) => (await pool.query(text)).rows,
  };
  answerParent(commands, async () => close());
}
