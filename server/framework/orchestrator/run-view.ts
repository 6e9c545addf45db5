import { appReference } from "#server/graph/app";
import { stepGraph, topologicalOrder } from "#server/graph/order";
import { type FileValue, parseLink, type Value } from "#server/graph/workflow";
import { filesIn } from "#server/protocol/hosted-run";
import type { RunDelta, RunView, StepView } from "#server/protocol/run-view";
import { outcome } from "#server/protocol/states";
import type { Origins } from "../cache/list-origins";
import type { RemoteAttempt } from "../exchange/remote-attempt";
import { parentView, type Run, type StepRun } from "./step-run";

const instant = (at: Date | null) => at?.toISOString() ?? null;

function filesOf(port: string, bound: Value): StepView["outputs"] {
  if (Array.isArray(bound)) return bound.flatMap((element) => filesOf(port, element));
  if (typeof bound !== "object" || bound === null) return [];
  if (bound.kind === "file") {
    const { kind: _kind, ...file } = bound;
    return [{ port, ...file }];
  }
  return bound.files.map(({ kind: _kind, path, ...file }) => ({ port, ...file, name: path }));
}

const isPlain = (bound: Value) =>
  Array.isArray(bound)
    ? bound.every((one) => typeof one !== "object" || one === null)
    : typeof bound !== "object" || bound === null;

function proxyOf(remote: RemoteAttempt | undefined): StepView["proxy"] {
  if (!remote) return null;
  return {
    name: remote.proxyName,
    host: remote.host,
    agreementId: remote.agreementId,
    grantId: remote.grantId,
    bytesIn: remote.bytesIn,
    bytesOut: remote.bytesOut,
    unreachableSince: instant(remote.unreachableSince),
  };
}

function originOf({ cachedFrom }: StepRun, origins: Origins): StepView["cachedFrom"] {
  const found = cachedFrom === null ? undefined : origins.get(cachedFrom);
  if (!found) return null;
  const { run, number, step, index, isScattered } = found;
  return { run, number, step, index: isScattered ? index : null };
}

/** What is known of a run's steps besides their rows: their remote attempts, and where cached results come from. */
type Beside = { remotes: ReadonlyMap<string, RemoteAttempt>; origins: Origins };

const secretMark = "••••••";

function shownParameters(run: Run, row: StepRun): Record<string, Value> {
  const secrets = new Set(
    (run.submission.apps[row.step]?.parameters ?? []).filter((one) => one.secret).map((one) => one.name),
  );
  return Object.fromEntries(
    Object.entries(row.parameters).map(([name, value]) => [name, secrets.has(name) ? secretMark : value]),
  );
}

/** One step run as the run view shows it. */
function stepViewOf(run: Run, row: StepRun, beside: Beside): StepView {
  const app = run.submission.apps[row.step];
  const placed = run.submission.placements[row.step];
  return {
    id: row.step,
    index: row.isScattered ? row.index : null,
    app: app ? appReference(app) : "",
    state: row.state,
    cluster: placed?.cluster ?? run.submission.apps[row.step]?.cluster ?? "",
    placement: placed?.placement ?? "local",
    placementReason: placed?.reason ?? "",
    attempt: row.attempt,
    end: row.end === null ? null : outcome.parse(row.end),
    exitCode: row.exitCode,
    reason: row.reason,
    readyAt: instant(row.readyAt),
    startedAt: instant(row.startedAt),
    endedAt: instant(row.endedAt),
    outputs: Object.entries(row.outputs).flatMap(([port, bound]) => filesOf(port, bound)),
    values: Object.fromEntries(Object.entries(row.outputs).filter(([, bound]) => isPlain(bound))),
    parameters: shownParameters(run, row),
    logBytes: row.logBytes,
    proxy: proxyOf(beside.remotes.get(remoteKey(row.id, row.attempt))),
    cachedFrom: originOf(row, beside.origins),
    seq: row.seq,
  };
}

function outputsOf(run: Run, rows: StepRun[]): RunView["outputs"] {
  return Object.entries(run.submission.document.outputs).map(([name, { from }]) => {
    const { step, port } = parseLink(from);
    const view = parentView(
      run.submission.apps[step],
      rows.filter((row) => row.step === step),
    );
    const bound = view.outputs[port];
    if (bound === undefined) return { name, files: [], value: null };
    const files = filesOf(port, bound).map(({ port: _port, ...file }): FileValue => ({ kind: "file", ...file }));
    return { name, files, value: files.length > 0 || !isPlain(bound) ? null : bound };
  });
}

export const remoteKey = (stepRunId: string, attempt: number) => `${stepRunId}:${attempt}`;

/** The whole run. A step comes after those that it waits for; the database does not keep the order in which they were drawn. */
export function runViewOf(run: Run, rows: StepRun[], beside: Beside): RunView {
  const { order } = topologicalOrder(stepGraph(run.submission.document));
  const place = new Map(order.map((id, at) => [id, at]));
  const ordered = [...rows].sort((a, b) => (place.get(a.step) ?? 0) - (place.get(b.step) ?? 0) || a.index - b.index);
  return {
    id: run.id,
    number: run.number,
    title: run.submission.document.title,
    state: run.state,
    home: "",
    reason: run.reason,
    createdAt: run.createdAt.toISOString(),
    startedAt: instant(run.startedAt),
    endedAt: instant(run.endedAt),
    document: run.submission.document,
    inputs: run.submission.inputs,
    steps: ordered.map((row) => stepViewOf(run, row, beside)),
    outputs: outputsOf(run, rows),
    seq: run.seq,
  };
}

/** What changed since the reader's last number; the run's outputs only once it is over. */
export function runDeltaOf(run: Run, changed: StepRun[], all: StepRun[], beside: Beside): RunDelta {
  return {
    seq: run.seq,
    run: {
      state: run.state,
      reason: run.reason,
      startedAt: instant(run.startedAt),
      endedAt: instant(run.endedAt),
      outputs: outputsOf(run, all),
    },
    steps: changed.map((row) => stepViewOf(run, row, beside)),
  };
}

/** Every file that belongs to a run, so that its owner may read it. */
export function filesOfRun(
  run: Run,
  rows: StepRun[],
): Map<string, { name: string; size: number; mediaType?: string | undefined }> {
  const files = new Map<string, { name: string; size: number; mediaType?: string | undefined }>();
  const all = [run.submission.inputs, ...rows.flatMap((row) => [row.parameters, row.outputs])];
  for (const values of all) for (const file of filesIn(values)) files.set(file.sha256, file);
  for (const row of rows) {
    for (const [port, bound] of Object.entries(row.outputs))
      for (const file of filesOf(port, bound)) files.set(file.sha256, file);
  }
  return files;
}
