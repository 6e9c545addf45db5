import { z } from "zod";
import { clusterName } from "#server/graph/app";
import { bilingual } from "#server/graph/text";
import { budget } from "#server/protocol/agreement";
import { egress } from "#server/protocol/parameter-limits";
import { operation } from "./operation";

const byId = z.strictObject({ id: z.uuid() });
const room = "members";

export const healthOperation = operation({
  method: "GET",
  path: "/api/health",
  room: "portal",
  summary: "Is the portal up",
  access: "public",
  answer: z.object({ ok: z.boolean(), version: z.string() }),
});
export const openapiOperation = operation({
  method: "GET",
  path: "/api/v1/openapi.json",
  room: "portal",
  summary: "This document",
  access: "public",
  answer: z.looseObject({ openapi: z.string() }),
});
export const findOperation = operation({
  method: "GET",
  path: "/api/v1/find",
  room: "portal",
  summary: "Apps, workflows and runs by a few letters",
  query: z.strictObject({ q: z.string().max(200).default("") }),
  answer: z.object({
    apps: z.array(z.object({ cluster: z.string(), name: z.string(), title: bilingual })),
    workflows: z.array(z.object({ id: z.uuid(), title: bilingual })),
    runs: z.array(z.object({ id: z.uuid(), number: z.int(), title: bilingual, state: z.string() })),
  }),
});

export const meOperation = operation({
  method: "GET",
  path: "/api/v1/me",
  room,
  summary: "Who am I",
  answer: z.object({
    id: z.uuid(),
    account: z.string(),
    name: bilingual,
    organization: z.object({ id: z.string(), name: bilingual }),
    roles: z.array(z.string()),
  }),
});
const session = z.object({
  id: z.uuid(),
  userAgent: z.string().nullable(),
  createdAt: z.iso.datetime(),
  seenAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
export const listSessionsOperation = operation({
  method: "GET",
  path: "/api/v1/me/sessions",
  room,
  summary: "My signed-in browsers",
  answer: z.object({ items: z.array(session) }),
});
export const revokeSessionOperation = operation({
  method: "DELETE",
  path: "/api/v1/me/sessions/{id}",
  room,
  summary: "Sign one of my browsers out",
  params: byId,
  answer: byId,
});
const token = z.object({
  id: z.uuid(),
  name: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable(),
});
export const listTokensOperation = operation({
  method: "GET",
  path: "/api/v1/me/tokens",
  room,
  summary: "My API tokens, without their secrets",
  answer: z.object({ items: z.array(token) }),
});
export const createTokenOperation = operation({
  method: "POST",
  path: "/api/v1/me/tokens",
  room,
  summary: "A new API token, shown once",
  body: z.strictObject({ name: z.string().trim().min(1).max(80), days: z.int().min(1).max(365).default(90) }),
  answer: token.extend({ token: z.string() }),
  status: 201,
});
export const revokeTokenOperation = operation({
  method: "DELETE",
  path: "/api/v1/me/tokens/{id}",
  room,
  summary: "Revoke one of my API tokens",
  params: byId,
  answer: byId,
});

const agreementRow = z.object({
  id: z.uuid(),
  app: z.string(),
  appTitle: bilingual,
  cluster: z.string(),
  user: z.object({ name: bilingual }),
  state: z.enum(["REQUESTED", "ACTIVE", "SUSPENDED", "REJECTED", "REVOKING", "REVOKED", "EXPIRED"]),
  purpose: z.string(),
  expiresAt: z.iso.datetime().nullable(),
  runsUsed: z.int(),
  runsLimit: z.int().nullable(),
  budget,
  parameterLimits: z.array(z.string()),
  egress,
  used: z.object({ runs: z.int(), cpuSeconds: z.number(), gpuSeconds: z.number(), outputBytes: z.number() }),
  live: z.int(),
  refusal: z.string().nullable(),
  createdAt: z.iso.datetime(),
  mine: z.boolean(),
  mayRevoke: z.boolean(),
  maySuspend: z.boolean(),
  mayResume: z.boolean(),
});
const agreementState = z.object({ id: z.uuid(), state: z.string() });
export const listAgreementsOperation = operation({
  method: "GET",
  path: "/api/v1/agreements",
  room: "agreements",
  summary: "My agreements, and for operators those at their clusters",
  answer: z.object({ items: z.array(agreementRow) }),
});
const most = z.int().min(1).max(Number.MAX_SAFE_INTEGER).nullable().optional();
export const requestAgreementOperation = operation({
  method: "POST",
  path: "/api/v1/agreements",
  room: "agreements",
  summary: "Ask to run an app at its cluster",
  body: z.strictObject({
    app: z.string().regex(/^[a-z][a-z0-9-]{0,30}\/[a-z][a-z0-9-]{0,62}$/),
    days: z.int().min(1).max(365),
    runs: z.int().min(1).max(1_000_000).nullable().default(null),
    budget: z.strictObject({ runs: most, cpuSeconds: most, gpuSeconds: most, outputBytes: most }).optional(),
    purpose: z.string().trim().min(1).max(500),
  }),
  answer: agreementState,
  status: 201,
});
export const revokeAgreementOperation = operation({
  method: "POST",
  path: "/api/v1/agreements/{id}/revoke",
  room: "agreements",
  summary: "End an agreement and what runs under it",
  params: byId,
  answer: agreementState,
});
export const suspendAgreementOperation = operation({
  method: "POST",
  path: "/api/v1/agreements/{id}/suspend",
  room: "agreements",
  summary: "Let nothing new start under an agreement, as an operator",
  params: byId,
  answer: agreementState,
});
export const resumeAgreementOperation = operation({
  method: "POST",
  path: "/api/v1/agreements/{id}/resume",
  room: "agreements",
  summary: "Lift what was suspended here, never what the owner suspended",
  params: byId,
  answer: agreementState,
});
export const localClustersOperation = operation({
  method: "GET",
  path: "/api/v1/local/clusters",
  room: "local",
  summary: "States of all clusters",
  access: "local",
  answer: z.object({ items: z.array(z.object({ name: clusterName, state: z.string() })) }),
});
