import type { AppVersion } from "#server/graph/app";
import type { Bilingual } from "#server/graph/text";
import type { Budget } from "./agreement";
import type { Egress } from "./parameter-limits";
import type { Usage as UsageSum } from "./usage";

/** Why the reader may run an app, or what stands in the way. */
export type Permission = "home" | "open" | "granted" | "request" | "closed";

/** Counts of the last 30 days, oldest first; null where an app was never run. */
export type Usage = { days: number[]; runs: number; succeeded: number };

export type AppCard = Pick<
  AppVersion,
  "cluster" | "name" | "version" | "title" | "summary" | "licence" | "field" | "access" | "publishedAt"
> & {
  permission: Permission;
  usage: Usage | null;
  /** The words that were found, as they stand in title and summary. */
  highlights?: string[];
};

export type Facet = { value: string; count: number };

export type AppList = {
  items: AppCard[];
  facets: { clusters: Facet[]; fields: Facet[]; licences: Facet[]; inputs: Facet[] };
  total: number;
  next: string | null;
};

export type AgreementState = "REQUESTED" | "ACTIVE" | "SUSPENDED" | "REJECTED" | "REVOKING" | "REVOKED" | "EXPIRED";

export type AppPage = {
  app: AppVersion;
  permission: Permission;
  versions: { version: string; digest: string; publishedAt: string; state: "PUBLISHED" | "WITHDRAWN" }[];
  usage: Usage | null;
  agreement: { id: string; state: AgreementState; expiresAt: string | null } | null;
};

export type ClusterState = "INVITED" | "PENDING" | "ACTIVE" | "SUSPENDED" | "UNREACHABLE" | "SUSPECT";

/** The next key that a cluster announced; its operators compare the fingerprint with the one inside the cluster. */
export type KeyChangeView = { fingerprint: string; announcedAt: string; effectiveAt: string; isForbidden: boolean };

export type ClusterRow = {
  keyChange: KeyChangeView | null;
  mayForbidKey: boolean;
  name: string;
  title: Bilingual;
  state: ClusterState;
  gateway: string | null;
  lastHeartbeatAt: string | null;
  version: string | null;
  runtime: "kubernetes" | "process" | null;
  slots: number;
  slotsUsed: number;
  queued: number;
  hosted: number;
  apps: number;
  /** The fingerprint without its last two groups, while approval is pending. */
  fingerprintHead: string | null;
  /** How far its clock ran ahead of the hub's at the last heartbeat; no new grants beyond 25 s either way. */
  skewSeconds: number | null;
  /** Its database was set back: nothing begins there until it has read again what it forgot. */
  isSettling: boolean;
  /** Why it is suspended: `operator`, `hub`, `other_uid` (its key was seen elsewhere) or `left`. */
  suspendedReason: string | null;
  /** Who has let it in. */
  approvals: { operator: boolean; hub: boolean };
  /** Until when its join token is good, for those who invite. */
  invitationExpiresAt: string | null;
  maySuspend: boolean;
  mayResume: boolean;
  mayLeave: boolean;
};

export type AgreementRow = {
  id: string;
  app: string;
  appTitle: Bilingual;
  cluster: string;
  user: { name: Bilingual };
  state: AgreementState;
  purpose: string;
  expiresAt: string | null;
  runsUsed: number;
  runsLimit: number | null;
  budget: Budget;
  /** Limits of parameters as a person writes them, `window=1..24`. */
  parameterLimits: string[];
  /** Whether apps that ask for a network may run. */
  egress: Egress;
  /** Runs begun, and what ended attempts took by their signed receipts. */
  used: UsageSum & { runs: number };
  /** Attempts that a host let in and whose end the hub has not heard of. */
  live: number;
  /** What the owner or the host said when refusing. */
  refusal: string | null;
  createdAt: string;
  mine: boolean;
  mayRevoke: boolean;
  maySuspend: boolean;
  mayResume: boolean;
};

/** A provider's own app version, published or not. */
export type MyApp = { app: string; state: "READY" | "PUBLISHED" | "WITHDRAWN"; digest: string; title: Bilingual };

/** The person of a session, as pages and the frame show it. */
export type Person = {
  id: string;
  account: string;
  name: Bilingual;
  organization: { id: string; name: Bilingual };
  roles: string[];
};

/** What the global find answers, by room. */
export type FindResults = {
  apps: { cluster: string; name: string; title: Bilingual }[];
  workflows: { id: string; title: Bilingual }[];
  runs: {
    id: string;
    number: number;
    title: Bilingual;
    state: "QUEUED" | "RUNNING" | "SUCCEEDED" | "FAILED" | "CANCELLED";
  }[];
};
