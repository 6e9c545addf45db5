import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { KrdcError } from "#server/errors";
import type { PortalUser } from "#server/protocol/framework-api";
import type { GrantClaims } from "#server/protocol/grant";
import type { HostedRunRequest } from "#server/protocol/hosted-run";
import type { ProofClaims } from "#server/protocol/proof";
import type { FrameworkContext } from "../context";
import type { Peer } from "../hosting/peers";
import type { OwnerSession } from "../owner-page/owner-door";

/** What goes back: JSON, bytes, or nothing more because the handler has written to the response itself. */
export type Answer =
  | { status: number; json?: unknown }
  | { status: number; headers: Record<string, string>; body: Readable | Buffer }
  | "written";

/** One call at the gateway; each check adds what it has proven, and handlers take only what is there. */
export type Call = {
  ctx: FrameworkContext;
  request: IncomingMessage;
  response: ServerResponse;
  method: string;
  path: string;
  params: Record<string, string>;
  query: URLSearchParams;
  signal: AbortSignal;
  body?: Buffer;
  json?: unknown;
  proof?: ProofClaims & { jkt: string };
  token?: string;
  peer?: Peer;
  user?: PortalUser;
  /** The name of one of our own proxy apps. */
  proxy?: string;
  hosted?: HostedRunRequest;
  claims?: GrantClaims;
  /** One of our own operators, signed in at our own issuer. */
  owner?: OwnerSession;
  form?: URLSearchParams;
};

/** A check lets the call pass, answers it at once, or throws its refusal. */
export type Check = (call: Call) => Promise<Answer | undefined>;
export type Handler = (call: Call) => Promise<Answer>;

/** A door promises what its handler takes; a missing check is our fault, not the caller's. */
export function proven<K extends keyof Call>(call: Call, name: K): NonNullable<Call[K]> {
  const found = call[name];
  if (found === undefined || found === null) throw new TypeError(`this door does not prove ${name}`);
  return found as NonNullable<Call[K]>;
}

export function param(call: Call, name: string): string {
  const found = call.params[name];
  if (found === undefined) throw new KrdcError("not_found", "not_found");
  return found;
}

/** The body as it comes in; whoever stops reading leaves the connection open, so that the refusal still arrives. */
export const bodyOf = (call: Call): AsyncIterable<Buffer> => call.request.iterator({ destroyOnReturn: false });

/** A whole number from the query, kept within bounds. */
export function queryNumber(call: Call, name: string, bounds: { default: number; max: number }): number {
  const given = Number(call.query.get(name) ?? bounds.default);
  if (!Number.isSafeInteger(given) || given < 0)
    throw new KrdcError("invalid", "request.bad_number", { detail: { name } });
  return Math.min(given, bounds.max);
}
