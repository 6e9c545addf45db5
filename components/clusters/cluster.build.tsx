import type { ClusterRow } from "#server/protocol/portal-views";

/** For tests: a healthy member cluster. */
export const aClusterRow = (more: Partial<ClusterRow> = {}): ClusterRow => ({
  name: "climate",
  title: { ko: "기후", en: "Climate" },
  state: "ACTIVE",
  gateway: "https://climate.example.org",
  lastHeartbeatAt: "2026-02-01T00:00:00Z",
  version: "0.1.0",
  runtime: "process",
  slots: 4,
  slotsUsed: 1,
  queued: 0,
  hosted: 2,
  apps: 3,
  fingerprintHead: null,
  skewSeconds: 0.3,
  isSettling: false,
  suspendedReason: null,
  approvals: { operator: true, hub: true },
  invitationExpiresAt: null,
  maySuspend: false,
  mayResume: false,
  keyChange: null,
  mayForbidKey: false,
  mayLeave: false,
  ...more,
});
