import type { ChainOwner, OwnChain } from "#server/audit/checkpoint";
import { hubChain } from "#server/protocol/audit";
import { documentKeysOf, thumbprintsOf } from "#server/protocol/key-rules";
import type { FrameworkContext } from "../context";
import type { Peer } from "../hosting/peers";

/** Our chain goes by the cluster's name and is signed by its identity key, whichever that was at the time. */
export const ownChain = ({ name, key, keys }: Pick<FrameworkContext, "name" | "key" | "keys">): OwnChain => ({
  chain: name,
  signs: key,
  keys: keys.documentKeys(),
  installation: thumbprintsOf(keys.record)[0] ?? keys.present.jkt,
});

/** A peer's chain goes on when the peer changes its key; a lost key's successor begins another. */
export const chainOfPeer = ({ now, timing }: Pick<FrameworkContext, "now" | "timing">, peer: Peer): ChainOwner => ({
  chain: peer.name,
  keys: documentKeysOf(peer, now(), timing),
  installation: thumbprintsOf(peer)[0] ?? peer.jkt,
});

export const chainOfHub = ({ hub }: Pick<FrameworkContext, "hub">): ChainOwner => ({
  chain: hubChain,
  keys: hub.keys.keysFor("document"),
  installation: hub.keys.first.kid,
});
