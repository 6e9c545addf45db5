import type { StepView } from "#server/protocol/run-view";
import type { StepState } from "#server/protocol/states";

/** One drawn step: all its instances together, when it was scattered. */
export type StepSummary = { state: StepState; done: number; total: number; first: StepView; shown: StepView };

const ENDED: ReadonlySet<StepState> = new Set(["SUCCEEDED", "FAILED", "CANCELLED", "SKIPPED", "CACHED"]);

/** What wins when instances differ: what needs a person first, then what is moving, then what waits, then the ends. */
const WEIGHT: Record<StepState, number> = {
  FAILED: 0,
  UNREACHABLE: 1,
  WAITING_CONSENT: 2,
  CANCELLING: 3,
  RUNNING: 4,
  REMOTE_RUNNING: 5,
  FETCHING: 6,
  REMOTE_QUEUED: 7,
  SUBMITTING: 8,
  WAITING_GRANT: 9,
  READY: 10,
  WAITING: 11,
  CANCELLED: 12,
  SUCCEEDED: 13,
  CACHED: 14,
  SKIPPED: 15,
};

export const isEnded = (state: StepState) => ENDED.has(state);

export function summaryOf(instances: readonly StepView[]): StepSummary | undefined {
  const [first] = instances;
  if (!first) return undefined;
  const shown = instances.reduce((worst, one) => (WEIGHT[one.state] < WEIGHT[worst.state] ? one : worst), first);
  return {
    state: shown.state,
    done: instances.filter((one) => isEnded(one.state)).length,
    total: instances.length,
    first,
    shown,
  };
}

/** All instances of one step of the document, in their order. */
export const instancesOf = (steps: readonly StepView[], id: string): StepView[] =>
  steps.filter((step) => step.id === id).sort((a, b) => (a.index ?? 0) - (b.index ?? 0));
