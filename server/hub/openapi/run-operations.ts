import { z } from "zod";
import { clusterName, sha256Hex } from "#server/graph/app";
import { bilingual } from "#server/graph/text";
import { stepId, value, workflow } from "#server/graph/workflow";
import { runView } from "#server/protocol/run-view";
import { runState } from "#server/protocol/states";
import { operation } from "./operation";

const byId = z.strictObject({ id: z.uuid() });
const count = (least: number, most: number) => z.coerce.number().int().min(least).max(most);
/** A workflow is parsed by its own rules, which tell every problem in both languages. */
const document = z.record(z.string(), z.unknown()).meta({ description: "krdc.workflow/v1" });
const inputs = z.record(z.string().max(80), value).default({});
const problems = z.array(
  z.object({ path: z.string(), code: z.string(), message: z.object({ ko: z.string(), en: z.string() }) }),
);
const page = { cursor: z.string().max(500).optional(), limit: count(1, 200).optional() };
const large = 8 * 1024 * 1024;
const runs = { room: "runs" } as const;
const workflows = { room: "workflows" } as const;
const done = z.looseObject({});

const runRow = z.object({
  id: z.uuid(),
  number: z.int(),
  title: bilingual,
  state: runState,
  home: z.string(),
  clusters: z.array(z.string()),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  stepsDone: z.int(),
  stepsTotal: z.int(),
  mine: z.boolean(),
});

export const submitRunOperation = operation({
  ...runs,
  method: "POST",
  path: "/api/v1/runs",
  summary: "Run a workflow; with an id of the caller's own, asking again makes no second run",
  body: z.strictObject({
    id: z.uuid().optional(),
    workflow: document,
    workflowId: z.uuid().optional(),
    home: clusterName,
    inputs,
  }),
  answer: z.object({ id: z.uuid(), number: z.int(), state: runState }),
  status: 201,
  maxBytes: large,
});
export const planRunOperation = operation({
  ...runs,
  method: "POST",
  path: "/api/v1/runs/plan",
  summary: "Dry run: where each step would run, why, and whether I may",
  body: z.strictObject({ workflow: document, home: clusterName, inputs }),
  answer: z.object({
    steps: z.array(
      z.object({
        id: z.string(),
        cluster: z.string(),
        placement: z.enum(["local", "downloaded", "remote"]),
        reason: z.string(),
        permission: z.enum(["yes", "open", "missing"]),
      }),
    ),
    problems,
  }),
  maxBytes: large,
});
export const listRunsOperation = operation({
  ...runs,
  method: "GET",
  path: "/api/v1/runs",
  summary: "My runs",
  query: z.strictObject({ state: runState.optional(), ...page }),
  answer: z.object({ items: z.array(runRow), next: z.string().nullable() }),
});
export const getRunOperation = operation({
  ...runs,
  method: "GET",
  path: "/api/v1/runs/{id}",
  summary: "One of my runs, as its home shows it",
  params: byId,
  answer: runView,
});
export const runEventsOperation = operation({
  ...runs,
  method: "GET",
  path: "/api/v1/runs/{id}/events",
  summary: "Live changes as server-sent events; resume by Last-Event-ID",
  params: byId,
  query: z.strictObject({ after: z.string().max(15).optional() }),
  answer: "events",
});
export const runLogOperation = operation({
  ...runs,
  method: "GET",
  path: "/api/v1/runs/{id}/steps/{step}/{index}/log",
  summary: "A step's log from a byte offset",
  params: byId.extend({ step: stepId, index: count(0, 1_000_000) }),
  query: z.strictObject({
    attempt: count(1, 1_000_000).optional(),
    offset: count(0, Number.MAX_SAFE_INTEGER).optional(),
    wait: count(0, 25).optional(),
  }),
  answer: "bytes",
});
export const runFileOperation = operation({
  ...runs,
  method: "GET",
  path: "/api/v1/runs/{id}/files/{sha256}",
  summary: "A file of my run, as an attachment or, for a few harmless types, as a preview",
  params: byId.extend({ sha256: sha256Hex }),
  query: z.strictObject({ name: z.string().max(1000).optional(), preview: z.enum(["0", "1"]).optional() }),
  answer: "bytes",
});
export const cancelRunOperation = operation({
  ...runs,
  method: "POST",
  path: "/api/v1/runs/{id}/cancel",
  summary: "End a run, wherever its steps are",
  params: byId,
  answer: done,
});
export const renewConsentOperation = operation({
  ...runs,
  method: "POST",
  path: "/api/v1/runs/{id}/consent",
  summary: "Consent once more to the remote steps of a run whose consent ends or has ended",
  params: byId,
  answer: z.object({ id: z.uuid(), consentUntil: z.iso.datetime() }),
});
export const retryRunOperation = operation({
  ...runs,
  method: "POST",
  path: "/api/v1/runs/{id}/retry",
  summary: "Try everything that failed again",
  params: byId,
  answer: done,
});
export const retryStepOperation = operation({
  ...runs,
  method: "POST",
  path: "/api/v1/runs/{id}/steps/{step}/retry",
  summary: "Try one failed step again, or one of its instances",
  params: byId.extend({ step: stepId }),
  body: z.strictObject({ index: z.int().min(0).optional() }),
  answer: done,
});
export const abandonStepOperation = operation({
  ...runs,
  method: "POST",
  path: "/api/v1/runs/{id}/steps/{step}/{index}/abandon",
  summary: "Give up an attempt whose cluster cannot be asked, knowing that it may run twice",
  params: byId.extend({ step: stepId, index: count(0, 1_000_000) }),
  body: z.strictObject({ understood: z.literal("it_may_run_twice") }),
  answer: done,
});

const workflowRow = z.object({
  id: z.uuid(),
  title: bilingual,
  state: z.enum(["DRAFT", "PUBLISHED"]),
  version: z.int().nullable(),
  updatedAt: z.iso.datetime(),
  steps: z.int(),
  clusters: z.array(z.string()),
});
export const listWorkflowsOperation = operation({
  ...workflows,
  method: "GET",
  path: "/api/v1/workflows",
  summary: "My workflows and the templates",
  query: z.strictObject({ q: z.string().max(200).optional(), ...page }),
  answer: z.object({ items: z.array(workflowRow), next: z.string().nullable() }),
});
export const listTemplatesOperation = operation({
  ...workflows,
  method: "GET",
  path: "/api/v1/workflows/templates",
  summary: "Documents to begin from",
  answer: z.object({ items: z.array(workflow) }),
});
export const createWorkflowOperation = operation({
  ...workflows,
  method: "POST",
  path: "/api/v1/workflows",
  summary: "A new draft; providers may offer it as a template",
  body: z.strictObject({ workflow: document, template: z.boolean().optional() }),
  answer: z.object({ id: z.uuid(), revision: z.int() }),
  status: 201,
  maxBytes: large,
});
export const getWorkflowOperation = operation({
  ...workflows,
  method: "GET",
  path: "/api/v1/workflows/{id}",
  summary: "A workflow's draft and versions",
  params: byId,
  answer: z.object({
    id: z.uuid(),
    document: workflow,
    revision: z.int(),
    versions: z.array(z.object({ version: z.int(), publishedAt: z.iso.datetime(), digest: z.string() })),
    mayEdit: z.boolean(),
  }),
});
export const deleteWorkflowOperation = operation({
  ...workflows,
  method: "DELETE",
  path: "/api/v1/workflows/{id}",
  summary: "Take a workflow out of the lists",
  params: byId,
  answer: byId,
});
export const saveDraftOperation = operation({
  ...workflows,
  method: "PUT",
  path: "/api/v1/workflows/{id}/draft",
  summary: "Save over the revision that was read; another one is a conflict",
  params: byId,
  body: z.strictObject({ document, revision: z.int().min(1) }),
  answer: z.object({ revision: z.int() }),
  maxBytes: large,
});
export const publishWorkflowOperation = operation({
  ...workflows,
  method: "POST",
  path: "/api/v1/workflows/{id}/publish",
  summary: "Make the draft an immutable version with pinned apps",
  params: byId,
  answer: z.object({ version: z.int(), digest: z.string() }),
});
export const getWorkflowVersionOperation = operation({
  ...workflows,
  method: "GET",
  path: "/api/v1/workflows/{id}/versions/{version}",
  summary: "The pinned document of one version",
  params: byId.extend({ version: count(1, 1_000_000) }),
  answer: z.object({ document: workflow, digest: z.string() }),
});
