import type { EventEmitter } from "node:events";
import type { Db } from "#server/db/connect";
import type { Log } from "#server/log";
import type { PrivateKey } from "#server/protocol/keys";
import type { Freshness } from "./identity/freshness";
import type { HubKeys } from "./keys/hub-keys";
import type { OwnKeys } from "./keys/own-keys";
import type { OwnerDoor } from "./owner-page/owner-door";
import type { Reach } from "./reach/reach";
import type { Runtime } from "./runtime/runtime";
import type { Timing } from "./timing";

/**
 * Since when the process lives, when it last found its database at the place that it remembers, and whether it has asked
 * once how far others know its chain.
 */
type Past = { readonly beganAt: Date; inPlaceAt?: Date; isAsked: boolean };

/** What every verb of a framework gets first: its database, clock, folders, keys and the runtime that starts its apps. */
export type FrameworkContext = {
  db: Db;
  now: () => Date;
  log: Log;
  /** The cluster's name, which is also its id for run keys, grants and peers. */
  name: string;
  /** The gateway's own address, from configuration and never from a Host header; a mailbox where it opens no socket. */
  url: string;
  folder: string;
  operatorKeyFile: string;
  keys: OwnKeys;
  /** The key that counts now, read from `keys` at each use: a change takes effect while the framework runs. */
  readonly key: PrivateKey;
  readonly jkt: string;
  hub: { url: string; keys: HubKeys };
  runtime: Runtime;
  /** Postgres notifications: `krdc_work`, `krdc_run`, `krdc_remote`, `krdc_hosted`, and `*` after a reconnect. */
  signals: EventEmitter;
  slots: number;
  proxies: number;
  logBytes: number;
  timing: Timing;
  freshness: Freshness;
  /** What this process knows of its own past, which its database may have forgotten. */
  past: Past;
  /** What waits for peers that nobody can dial, and our letters to them. */
  reach: Reach;
  /** Sessions of the owner's page; without it only the operator's key decides. */
  owner?: OwnerDoor | undefined;
  /** Ends with the process: long polls and loops listen to it. */
  stopping: AbortSignal;
};

/** The same context over an open transaction, for verbs that must commit with their caller. */
export const within = (ctx: FrameworkContext, db: Db): FrameworkContext => ({ ...ctx, db });
