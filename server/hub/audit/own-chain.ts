import type { ChainOwner, OwnChain } from "#server/audit/checkpoint";
import { hubChain } from "#server/protocol/audit";
import { documentKeysOf, hubKeysFor, thumbprintsOf } from "#server/protocol/key-rules";
import type { Cluster } from "../clusters/cluster";
import type { AnyContext } from "../context";

/** The hub's chain, signed by the key that signs its grants, whichever that was at the time. */
export const ownChain = ({ hub, now }: Pick<AnyContext, "hub" | "now">): OwnChain => ({
  chain: hubChain,
  signs: hub.signingKey,
  keys: hubKeysFor("document", hub.chain, now(), hub.keyTiming),
  installation: hub.chain[0]?.key.kid ?? hub.signingKey.kid,
});

/** A cluster's chain goes on when it changes its key; a lost key's successor begins another. */
export const chainOfCluster = ({ hub, now }: Pick<AnyContext, "hub" | "now">, cluster: Cluster): ChainOwner => ({
  chain: cluster.name,
  keys: documentKeysOf(cluster, now(), hub.keyTiming),
  installation: thumbprintsOf(cluster)[0] ?? "",
});
