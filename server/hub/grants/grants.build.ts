import { randomUUID } from "node:crypto";
import type { AppVersion } from "#server/graph/app";
import type { GrantRequest } from "#server/protocol/framework-api";
import { type Receipt, receiptType } from "#server/protocol/hosted-run";
import type { PrivateKey } from "#server/protocol/keys";
import { runKeyOf } from "#server/protocol/run-key";
import { signDocument } from "#server/protocol/signed-document";
import { ensureAgreement } from "../agreements/ensure-agreement";
import type { HubContext } from "../context";
import { authorizeRun } from "./authorize-run";

const hash = (letter: string) => letter.repeat(64);

/** A run with one remote step that its member agreed on and authorized, and what its home asks for the first attempt. */
export async function anAuthorizedStep(ctx: HubContext, app: AppVersion, home: string): Promise<GrantRequest> {
  const agreement = await ensureAgreement(ctx, app);
  const runId = randomUUID();
  const { cluster: host, name, version, digest } = app;
  const step = { host, app: name, version, digest, agreementId: agreement.id };
  const consent = { memberId: ctx.user.id, account: ctx.user.account, runId, home, workflowDigest: "w" };
  const steps = { trend: { ...step, maxInstances: 2, maxAttempts: 3 } };
  const { id } = await authorizeRun(ctx.db, { ...consent, steps, agreementsEnd: agreement.expiresAt }, ctx.now());
  return {
    ...step,
    authorizationId: id,
    runId,
    step: "trend",
    index: 0,
    attempt: 1,
    runKey: runKeyOf({ homeId: home, runId, stepPath: "trend", index: 0 }),
    parametersHash: hash("a"),
    inputsHash: hash("b"),
    limits: { cpuMillis: 500, memoryBytes: 1, gpu: 0, durationSeconds: 60, outputBytes: 1 },
    resultsLifetimeDays: 14,
    previous: { kind: "none" },
  };
}

type Attempt = Pick<GrantRequest, "host" | "runKey" | "attempt" | "digest" | "parametersHash" | "inputsHash">;

/** The terminal record of an attempt, signed by whoever holds this key. */
export function aReceipt(key: PrivateKey, asked: Attempt, over: Partial<Receipt> = {}): Promise<string> {
  const { host, runKey, attempt, digest, parametersHash, inputsHash } = asked;
  const at = new Date().toISOString();
  const out = { kind: "file" as const, name: "out.csv", sha256: hash("c"), size: 70 };
  const document: Receipt = {
    schema: "krdc.receipt/v1",
    ...{ host, runKey, attempt, digest, parametersHash, inputsHash },
    outcome: "FAILED",
    reason: null,
    exitCode: 1,
    outputs: { out },
    startedAt: at,
    endedAt: at,
    cpuSeconds: 1.25,
    gpuSeconds: 0,
    logBytes: 0,
    ...over,
  };
  return signDocument(key, receiptType, document);
}
