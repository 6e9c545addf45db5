import type { HostedRun } from "#server/framework/hosting/hosted-run";
import type { AgreementDocument } from "#server/protocol/agreement";
import type { RemoteAttemptState } from "#server/protocol/states";

/** What happens in one story, told by what has come to pass and never by the clock, so that every net tells the same one. */
export type Scenario = {
  name: string;
  /** How the step ends, and how the host says that each attempt of it did. */
  ends: string;
  runKey: string;
  /** After how many ticks the app of each attempt exits by itself, and how; the last one stands for all further ones. */
  apps: { ticks: number; exitCode: number }[];
  attempts: number;
  inputs: "none" | "come" | "never";
  /** The host may not begin anything, because no fresh word of the hub comes. */
  isHeld: boolean;
  /** The hub's word runs out once the app has begun. */
  isHubSilent: boolean;
  terms: AgreementDocument;
  /** The owner of the run cancels when home shows this of that attempt, or of a later one. */
  cancelAt?: RemoteAttemptState;
  cancelAttempt?: number;
  /** The hub revokes when the host has come to this. */
  revokeAt?: HostedRun["state"];
  /** From when home sees the app run until the host's record stands, neither hears the other. */
  isCutOff?: boolean;
};

export const momentAt = (tick: number) => new Date(Date.UTC(2026, 0, 1) + Math.round(tick) * 1000);

const kept = { onDisconnect: "hold", onHubSilent: "continue", onRevoke: "kill", expires: "2100-01-01T00:00:00Z" };
const killing = { onDisconnect: "kill", onHubSilent: "kill" };
const termsOf = (over = {}) => ({ ...kept, ...over }) as AgreementDocument;

const app = { ticks: 20, exitCode: 0 };
const failing = { ticks: 4, exitCode: 3 };
const endless = { ticks: Number.POSITIVE_INFINITY, exitCode: 0 };

const plain: Omit<Scenario, "name" | "ends"> = {
  runKey: "a".repeat(64),
  apps: [app],
  attempts: 1,
  inputs: "none",
  isHeld: false,
  isHubSilent: false,
  terms: termsOf(),
};

type Story = Pick<Scenario, "name" | "ends"> & Partial<Scenario>;

const stories: Story[] = [
  { name: "it succeeds", ends: "SUCCEEDED: SUCCEEDED" },
  { name: "it succeeds after its inputs came", ends: "SUCCEEDED: SUCCEEDED", inputs: "come" },
  { name: "its inputs never come", ends: "FAILED: REJECTED", inputs: "never" },
  { name: "it fails", ends: "FAILED: FAILED", apps: [failing] },
  { name: "it fails until no attempt is left", ends: "FAILED: FAILED FAILED FAILED", apps: [failing], attempts: 3 },
  {
    name: "it succeeds at last",
    ends: "SUCCEEDED: FAILED FAILED SUCCEEDED",
    apps: [failing, failing, app],
    attempts: 3,
  },
  { name: "it is cancelled before there was a grant", ends: "CANCELLED: ", cancelAt: "WAITING_GRANT" },
  { name: "it is cancelled while it is sent", ends: "CANCELLED: CANCELLED", cancelAt: "SUBMITTING", apps: [endless] },
  {
    name: "it is cancelled while its inputs are missing",
    ends: "CANCELLED: CANCELLED",
    cancelAt: "SUBMITTING",
    inputs: "never",
  },
  {
    name: "it is cancelled in the host's queue",
    ends: "CANCELLED: CANCELLED",
    cancelAt: "REMOTE_QUEUED",
    isHeld: true,
  },
  { name: "it is cancelled while it runs", ends: "CANCELLED: CANCELLED", cancelAt: "REMOTE_RUNNING", apps: [endless] },
  {
    name: "it is cancelled in its second attempt",
    ends: "CANCELLED: FAILED CANCELLED",
    cancelAt: "REMOTE_RUNNING",
    cancelAttempt: 2,
    apps: [failing, endless],
    attempts: 3,
  },
  {
    name: "it is revoked while its inputs are missing",
    ends: "FAILED: REVOKED",
    revokeAt: "RECEIVED",
    inputs: "never",
  },
  { name: "it is revoked before it began", ends: "FAILED: REVOKED", revokeAt: "QUEUED", isHeld: true },
  { name: "it is revoked while it runs", ends: "FAILED: REVOKED", revokeAt: "RUNNING", apps: [endless] },
  {
    name: "home is cut off for longer than its lease, and the host holds",
    ends: "SUCCEEDED: SUCCEEDED",
    isCutOff: true,
    apps: [{ ...app, ticks: 400 }],
  },
  {
    name: "home is cut off for longer than its lease, and the host kills",
    ends: "FAILED: LEASE_EXPIRED",
    isCutOff: true,
    apps: [endless],
    terms: termsOf(killing),
  },
  {
    name: "the hub is silent, and the host kills",
    ends: "FAILED: AUTHORIZATION_STALE",
    isHubSilent: true,
    apps: [endless],
    terms: termsOf(killing),
  },
];

export const scenarios: Scenario[] = stories.map((story) => ({ ...plain, ...story }));
