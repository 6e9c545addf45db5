import { z } from "zod";
import { fileValue, value, workflow } from "#server/graph/workflow";
import { outcome, runState, stepState } from "./states";

/** A stable reason with the plain facts its sentence names; the sentence itself lives in server/i18n. */
const reason = z.object({ code: z.string(), detail: z.record(z.string(), z.unknown()).default({}) });
export type Reason = z.infer<typeof reason>;

export const placement = z.enum(["local", "downloaded", "remote"]);
export type Placement = z.infer<typeof placement>;

const stepOutput = z.object({ port: z.string(), ...fileValue.omit({ kind: true }).shape });

/** The proxy app's side of a remote step, as the home framework sees it. */
const proxyView = z.object({
  name: z.string(),
  host: z.string(),
  agreementId: z.string().nullable(),
  grantId: z.string().nullable(),
  bytesIn: z.int(),
  bytesOut: z.int(),
  unreachableSince: z.iso.datetime().nullable(),
});

/** The earlier step run whose results these are. */
const cachedFrom = z.object({ run: z.uuid(), number: z.int(), step: z.string(), index: z.int().nullable() });

/** One step run (one row for each scattered instance) as the run view shows it. `seq` rises with every change. */
const stepView = z.object({
  id: z.string(),
  index: z.int().nullable(),
  app: z.string(),
  state: stepState,
  cluster: z.string(),
  placement,
  placementReason: z.string(),
  attempt: z.int(),
  end: outcome.nullable(),
  exitCode: z.int().nullable(),
  reason: reason.nullable(),
  readyAt: z.iso.datetime().nullable(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  outputs: z.array(stepOutput),
  values: z.record(z.string(), value),
  parameters: z.record(z.string(), value),
  logBytes: z.int(),
  proxy: proxyView.nullable(),
  cachedFrom: cachedFrom.nullable().default(null),
  seq: z.int(),
});
export type StepView = z.infer<typeof stepView>;

export const runView = z.object({
  id: z.uuid(),
  number: z.int(),
  title: z.object({ ko: z.string(), en: z.string() }),
  state: runState,
  home: z.string(),
  reason: reason.nullable(),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  document: workflow,
  inputs: z.record(z.string(), value),
  steps: z.array(stepView),
  outputs: z.array(z.object({ name: z.string(), files: z.array(fileValue), value: value.nullable() })),
  seq: z.int(),
  /** Until when the person's consent to its remote steps stands, as the hub knows; null where none is needed or it was taken back. */
  consentUntil: z.iso.datetime().nullable().optional(),
});
export type RunView = z.infer<typeof runView>;

/** One message of the live stream: the run's head and the step runs that changed after the reader's last `seq`. */
export const runDelta = z.object({
  seq: z.int(),
  run: runView.pick({ state: true, reason: true, startedAt: true, endedAt: true, outputs: true }),
  steps: z.array(stepView),
});
export type RunDelta = z.infer<typeof runDelta>;
