import type { EventEmitter } from "node:events";
import type { JWK } from "jose";
import type { Db } from "#server/db/connect";
import type { Log } from "#server/log";
import type { PrivateKey } from "#server/protocol/keys";
import type { Freshness } from "./identity/freshness";
import type { OwnerDoor } from "./owner-page/owner-door";
import type { Runtime } from "./runtime/runtime";
import type { Timing } from "./timing";

/** What every verb of a framework gets first: its database, clock, folders, keys and the runtime that starts its apps. */
export type FrameworkContext = {
  db: Db;
  now: () => Date;
  log: Log;
  /** The cluster's name, which is also its id for run keys, grants and peers. */
  name: string;
  /** The gateway's own address, from configuration and never from a Host header. */
  url: string;
  folder: string;
  operatorKeyFile: string;
  key: PrivateKey;
  jkt: string;
  hub: { url: string; key: JWK };
  runtime: Runtime;
  /** Postgres notifications: `krdc_work`, `krdc_run`, `krdc_remote`, `krdc_hosted`, and `*` after a reconnect. */
  signals: EventEmitter;
  slots: number;
  proxies: number;
  logBytes: number;
  timing: Timing;
  freshness: Freshness;
  /** Sessions of the owner's page; without it only the operator's key decides. */
  owner?: OwnerDoor | undefined;
  /** Ends with the process: long polls and loops listen to it. */
  stopping: AbortSignal;
};

/** The same context over an open transaction, for verbs that must commit with their caller. */
export const within = (ctx: FrameworkContext, db: Db): FrameworkContext => ({ ...ctx, db });
