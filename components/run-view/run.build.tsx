import type { RunView, StepView } from "#server/protocol/run-view";

/** For tests: a step run that waits. */
export const aStepView = (id: string, more: Partial<StepView> = {}): StepView => ({
  id,
  index: null,
  app: "materials/clean@1.0.0",
  state: "WAITING",
  cluster: "materials",
  placement: "local",
  placementReason: "placement.app_at_home",
  attempt: 1,
  end: null,
  exitCode: null,
  reason: null,
  readyAt: null,
  startedAt: null,
  endedAt: null,
  outputs: [],
  values: {},
  parameters: {},
  logBytes: 0,
  proxy: null,
  seq: 1,
  ...more,
});

export const aRun = (more: Partial<RunView> = {}): RunView => ({
  id: "00000000-0000-4000-8000-000000000001",
  number: 1,
  title: { ko: "시험", en: "test" },
  state: "RUNNING",
  home: "materials",
  reason: null,
  createdAt: "2026-01-01T00:00:00Z",
  startedAt: null,
  endedAt: null,
  document: { schema: "krdc.workflow/v1", title: { ko: "", en: "" }, inputs: {}, steps: {}, outputs: {}, layout: {} },
  inputs: {},
  steps: [],
  outputs: [],
  seq: 1,
  ...more,
});
