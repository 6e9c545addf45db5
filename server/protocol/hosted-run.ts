import { z } from "zod";
import { appName, digest, sha256Hex } from "#server/graph/app";
import { type FileValue, type Value, value } from "#server/graph/workflow";
import { digestOfJson } from "./canonical";
import { limits } from "./limits";
import { hostState, outcome } from "./states";

/** What a home framework asks a host to run: the body of `PUT /v1/hosted-runs/{runKey}/{attempt}`. */
export const hostedRunRequest = z.strictObject({
  runId: z.uuid(),
  step: z.string().max(80),
  index: z.int().min(0),
  app: appName,
  version: z.string().max(64),
  digest,
  /** Values by parameter name; files and folders stand here by digest, their bytes follow. */
  parameters: z.record(z.string().max(80), value),
  /** Random per run and known to home and host only, so that the hub cannot guess parameters from their hash. */
  salt: z.string().min(16).max(64),
  limits,
  resultsLifetimeDays: z.int().min(14).max(365),
});
export type HostedRunRequest = z.infer<typeof hostedRunRequest>;

/** The two hashes that a grant binds. */
export function hashesOf(request: Pick<HostedRunRequest, "parameters" | "salt">): {
  parametersHash: string;
  inputsHash: string;
} {
  return {
    parametersHash: digestOfJson({ salt: request.salt, parameters: request.parameters }),
    inputsHash: digestOfJson(
      filesIn(request.parameters)
        .map((file) => file.sha256)
        .sort(),
    ),
  };
}

type NamedFile = Pick<FileValue, "name" | "sha256" | "size">;

function filesOf(bound: Value): NamedFile[] {
  if (Array.isArray(bound)) return bound.flatMap(filesOf);
  if (typeof bound !== "object" || bound === null) return [];
  const files: NamedFile[] = bound.kind === "file" ? [bound] : bound.files;
  return files.map(({ name, sha256, size }) => ({ name, sha256, size }));
}

/** Every file that the parameters name, folders opened. */
export const filesIn = (parameters: Record<string, Value>): NamedFile[] => Object.values(parameters).flatMap(filesOf);

/** Signed by the host when an attempt has ended: what ran, on what, with which results. */
export const receipt = z.strictObject({
  schema: z.literal("krdc.receipt/v1"),
  host: z.string(),
  runKey: sha256Hex,
  attempt: z.int().min(1),
  digest,
  parametersHash: sha256Hex,
  inputsHash: sha256Hex,
  outcome,
  reason: z.string().nullable(),
  exitCode: z.int().nullable(),
  outputs: z.record(z.string(), value),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime(),
  cpuSeconds: z.number().min(0),
  gpuSeconds: z.number().min(0),
  logBytes: z.int().min(0),
});
export type Receipt = z.infer<typeof receipt>;
export const receiptType = "krdc-receipt+jws";
export const receiptDate = (document: unknown): string => receipt.parse(document).endedAt;

/** The host's answer about one attempt, the same for ever for the same request. */
export const hostedRunAnswer = z.strictObject({
  runKey: sha256Hex,
  attempt: z.int(),
  state: z.union([hostState, outcome]),
  outcome: outcome.nullable(),
  reason: z.string().nullable(),
  seq: z.int(),
  missing: z.array(sha256Hex),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  exitCode: z.int().nullable(),
  receipt: z.string().nullable(),
});
export type HostedRunAnswer = z.infer<typeof hostedRunAnswer>;

/** What changed at the host since a peer's cursor; the receiver applies only what is newer. */
export const hostedEvents = z.strictObject({ cursor: z.int(), events: z.array(hostedRunAnswer) });
