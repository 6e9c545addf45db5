import type { RunDelta, RunView, StepView } from "#server/protocol/run-view";

const stepKey = (step: Pick<StepView, "id" | "index">) => `${step.id}[${step.index ?? 0}]`;

/**
 * The run after one message of the live stream. A message may come twice or late (the stream resumes after a cut), so
 * an older one changes nothing, and every step keeps its newest `seq`. Untouched steps stay the same objects: only
 * what changed is drawn again.
 */
export function mergeRunDelta(run: RunView, delta: RunDelta): RunView {
  if (delta.seq <= run.seq) return run;
  const newer = new Map(delta.steps.map((step) => [stepKey(step), step]));
  const steps = run.steps.map((step) => {
    const next = newer.get(stepKey(step));
    newer.delete(stepKey(step));
    return next && next.seq > step.seq ? next : step;
  });
  return { ...run, ...delta.run, seq: delta.seq, steps: newer.size > 0 ? [...steps, ...newer.values()] : steps };
}
