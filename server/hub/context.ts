import type { JWK } from "jose";
import type { Context } from "#server/context";
import type { PrivateKey } from "#server/protocol/keys";
import type { CallingCluster } from "./clusters/cluster";
import type { User } from "./members/member";

/** The hub's own names and keys, as every verb that signs or calls needs them. */
export type Hub = {
  url: string;
  /** Ed25519, with its RFC 7638 thumbprint as `kid`. */
  signingKey: JWK & { kid: string };
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
