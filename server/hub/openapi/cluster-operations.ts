import { z } from "zod";
import { clusterName } from "#server/graph/app";
import { bilingual } from "#server/graph/text";
import { decisionAnswer, ownerDecision } from "#server/protocol/agreement";
import {
  enrolmentRequest,
  grantAnswer,
  grantRequest,
  heartbeat,
  heartbeatAnswer,
  introspectionAnswer,
  introspectionRequest,
  listing,
  receiptReport,
  runSummaries,
} from "#server/protocol/framework-api";
import { hubKeySet } from "#server/protocol/key-change";
import { statusAnswer, statusQuestion } from "#server/protocol/status-list";
import { operation } from "./operation";

const cluster = z.strictObject({ cluster: clusterName });
const joining = z.strictObject({ name: clusterName, title: bilingual, replace: z.boolean().default(false) });
const invitation = z.object({
  name: z.string(),
  joinToken: z.string(),
  expiresAt: z.iso.datetime(),
  start: z.object({
    environment: z.record(z.string(), z.string()),
    commands: z.array(z.string()),
    script: z.string(),
  }),
});
const stored = z.enum(["INVITED", "PENDING", "ACTIVE", "SUSPENDED"]);
const approval = z.object({ name: z.string(), state: stored });
const room = "clusters";

const clusterRow = z.object({
  name: z.string(),
  title: bilingual,
  state: z.enum(["INVITED", "PENDING", "ACTIVE", "SUSPENDED", "UNREACHABLE", "SUSPECT"]),
  gateway: z.string().nullable(),
  lastHeartbeatAt: z.iso.datetime().nullable(),
  version: z.string().nullable(),
  runtime: z.enum(["kubernetes", "process"]).nullable(),
  slots: z.int(),
  slotsUsed: z.int(),
  queued: z.int(),
  hosted: z.int(),
  apps: z.int(),
  fingerprintHead: z.string().nullable(),
  skewSeconds: z.number().nullable(),
  isSettling: z.boolean(),
  suspendedReason: z.string().nullable(),
  approvals: z.object({ operator: z.boolean(), hub: z.boolean() }),
  invitationExpiresAt: z.iso.datetime().nullable(),
  maySuspend: z.boolean(),
  mayResume: z.boolean(),
  mayLeave: z.boolean(),
  keyChange: z
    .object({
      fingerprint: z.string(),
      announcedAt: z.iso.datetime(),
      effectiveAt: z.iso.datetime(),
      isForbidden: z.boolean(),
    })
    .nullable(),
  mayForbidKey: z.boolean(),
});

export const listClustersOperation = operation({
  method: "GET",
  path: "/api/v1/clusters",
  room,
  summary: "Member clusters with their health",
  answer: z.object({ items: z.array(clusterRow) }),
});
export const inviteClusterOperation = operation({
  method: "POST",
  path: "/api/v1/clusters/invitations",
  room,
  summary: "Name a cluster, or replace the key of a known one, and get its join token, once",
  body: joining,
  answer: invitation,
  status: 201,
});
export const approveClusterOperation = operation({
  method: "POST",
  path: "/api/v1/clusters/{cluster}/approve",
  room,
  summary: "Approve a joining cluster: with the fingerprint's last two groups as its operator, without as hub operator",
  params: cluster,
  body: z.strictObject({ fingerprint: z.string().max(40).optional() }),
  answer: approval,
});
export const suspendClusterOperation = operation({
  method: "POST",
  path: "/api/v1/clusters/{cluster}/suspend",
  room,
  summary: "Stop all grants from and for a cluster",
  params: cluster,
  answer: z.object({ state: stored }),
});
export const resumeClusterOperation = operation({
  method: "POST",
  path: "/api/v1/clusters/{cluster}/resume",
  room,
  summary: "Let a suspended cluster work again, as hub operator",
  params: cluster,
  answer: z.object({ state: stored }),
});
export const forbidKeyChangeOperation = operation({
  method: "POST",
  path: "/api/v1/clusters/{cluster}/forbid-key-change",
  room,
  summary: "Forbid the next key that a cluster announced: its present one goes on counting",
  params: cluster,
  answer: z.object({ jkt: z.string() }),
});
export const leaveClusterOperation = operation({
  method: "POST",
  path: "/api/v1/clusters/{cluster}/leave",
  room,
  summary: "Take a cluster out for good: its agreements end and its apps leave the market",
  params: cluster,
  answer: z.object({ state: stored }),
});

export const localInviteOperation = operation({
  method: "POST",
  path: "/api/v1/local/cluster-invitations",
  room: "local",
  summary: "Join token for a cluster on this machine",
  access: "local",
  body: joining,
  answer: invitation,
  status: 201,
});
export const localApproveOperation = operation({
  method: "POST",
  path: "/api/v1/local/cluster-approvals",
  room: "local",
  summary: "Approve a cluster on this machine",
  access: "local",
  body: z.strictObject({
    name: clusterName,
    fingerprint: z.string().max(40).optional(),
    as: z.enum(["operator", "hub"]),
  }),
  answer: approval,
});
export const localRotateHubKeyOperation = operation({
  method: "POST",
  path: "/api/v1/local/hub-key-changes",
  room: "local",
  summary: "Make the hub's next signing key and publish it",
  access: "local",
  answer: z.object({ kid: z.string(), replaces: z.string(), effectiveAt: z.iso.datetime() }),
  status: 201,
});
export const localTokenOperation = operation({
  method: "POST",
  path: "/api/v1/local/tokens",
  room: "local",
  summary: "API token of a demo account",
  access: "local",
  body: z.strictObject({ as: z.string().min(1).max(64) }),
  answer: z.object({ token: z.string() }),
  status: 201,
});
export const localCheckOperation = operation({
  method: "POST",
  path: "/api/v1/local/check",
  room: "local",
  summary: "Invariants of hub and frameworks",
  access: "local",
  answer: z.object({
    settled: z.boolean(),
    broken: z.array(z.object({ invariant: z.string(), what: z.string() })),
  }),
});

const machine = { room: "frameworks", access: "cluster" } as const;
export const jwksOperation = operation({
  method: "GET",
  path: "/api/hub/v1/jwks",
  room: "frameworks",
  summary: "The hub's public signing keys, and by which word each followed the one before",
  access: "public",
  answer: hubKeySet,
});
export const enrolOperation = operation({
  ...machine,
  method: "POST",
  path: "/api/hub/v1/enrolments",
  summary: "Join with a token and a new key",
  body: enrolmentRequest,
  answer: approval,
  status: 201,
});
export const heartbeatOperation = operation({
  ...machine,
  method: "POST",
  path: "/api/hub/v1/heartbeats",
  summary: "A cluster lives",
  body: heartbeat,
  answer: heartbeatAnswer,
});
export const grantOperation = operation({
  ...machine,
  method: "POST",
  path: "/api/hub/v1/grants",
  summary: "Ask for the grant of one attempt",
  body: grantRequest,
  answer: grantAnswer,
});
export const introspectionOperation = operation({
  ...machine,
  method: "POST",
  path: "/api/hub/v1/introspections",
  summary: "Does this grant still stand?",
  body: introspectionRequest,
  answer: introspectionAnswer,
});
export const decisionOperation = operation({
  ...machine,
  method: "POST",
  path: "/api/hub/v1/agreements/{id}/decision",
  summary: "What the owner decided about an agreement at the calling cluster",
  params: z.strictObject({ id: z.uuid() }),
  body: ownerDecision,
  answer: decisionAnswer,
});
export const statusOperation = operation({
  ...machine,
  method: "POST",
  path: "/api/hub/v1/status",
  summary: "What was narrowed at a host, signed for one nonce",
  body: statusQuestion,
  answer: statusAnswer,
});
export const receiptsOperation = operation({
  ...machine,
  method: "POST",
  path: "/api/hub/v1/receipts",
  summary: "How remote attempts of the calling home ended, as their hosts signed it",
  body: receiptReport,
  answer: z.object({
    accepted: z.int(),
    refused: z.array(z.object({ runKey: z.string(), attempt: z.int(), reason: z.string() })),
  }),
  maxBytes: 48 * 1024 * 1024,
});
export const runSummariesOperation = operation({
  ...machine,
  method: "POST",
  path: "/api/hub/v1/run-summaries",
  summary: "How runs stand at their home",
  body: runSummaries,
  answer: z.object({ accepted: z.int() }),
});
export const listingOperation = operation({
  ...machine,
  method: "PUT",
  path: "/api/hub/v1/listings",
  summary: "Publish an app version of the calling cluster",
  body: listing,
  answer: z.object({ app: z.string(), digest: z.string() }),
});
