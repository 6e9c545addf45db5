import type { JWK } from "jose";
import type { Context } from "#server/context";
import type { HubLink, KeyTiming } from "#server/protocol/key-rules";
import type { PrivateKey } from "#server/protocol/keys";
import type { CallingCluster } from "./clusters/cluster";
import type { User } from "./members/member";

/** The hub's own names and keys, as every verb that signs or calls needs them. */
export type Hub = {
  url: string;
  /** The key that signs now: Ed25519, with its RFC 7638 thumbprint as `kid`. */
  signingKey: JWK & { kid: string };
  /** What everybody may know of all its keys, oldest first, the announced one included. */
  chain: readonly HubLink[];
  /** The word of each key for the one after it, oldest first. */
  successions: readonly string[];
  /** Where the keys after the first one are kept; without it the hub keeps the key that it has. */
  keysFolder: string | undefined;
  keyTiming: KeyTiming;
  /** How long before its use a next key of the hub is published. */
  keyNoticeMs: number;
  portalKey: PrivateKey;
  /** Origins that outgoing calls may reach although they are private; exact. */
  allowedOrigins: readonly string[];
  /** Private ranges that outgoing calls may reach, such as `10.1.0.0/16`. */
  allowedNetworks: readonly string[];
};

export type HubContext = Context<User> & { hub: Hub };
/** A member cluster asks, not a person. */
export type ClusterContext = Context<CallingCluster> & { hub: Hub };
/** Nobody asks: public answers and the hub's own loop. */
export type OpenContext = Context<undefined> & { hub: Hub };
export type AnyContext = Context<unknown> & { hub: Hub };
