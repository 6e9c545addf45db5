import type { AgreementRow } from "#server/protocol/portal-views";

/** For tests: somebody's valid agreement at `bio`. */
export const anAgreement = (more: Partial<AgreementRow> = {}): AgreementRow => ({
  id: "00000000-0000-4000-8000-00000000000a",
  app: "bio/align",
  appTitle: { ko: "서열 정렬", en: "Sequence alignment" },
  cluster: "bio",
  user: { name: { ko: "김연구", en: "Kim" } },
  state: "ACTIVE",
  purpose: "단백질 비교",
  expiresAt: null,
  runsUsed: 10,
  runsLimit: 100,
  budget: { runs: 100, cpuSeconds: 36_000, gpuSeconds: null, outputBytes: 1_000_000_000 },
  parameterLimits: [],
  egress: "any",
  used: { runs: 10, cpuSeconds: 9000, gpuSeconds: 0, outputBytes: 1_000_000_000 },
  live: 0,
  refusal: null,
  createdAt: "2026-01-01T00:00:00Z",
  mine: true,
  mayRevoke: false,
  maySuspend: false,
  mayResume: false,
  ...more,
});
