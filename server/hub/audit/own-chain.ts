import type { ChainOwner } from "#server/audit/checkpoint";
import { hubChain } from "#server/protocol/audit";
import type { Hub } from "../context";

/** The hub's chain, signed by the key that signs its grants. */
export const ownChain = ({ signingKey }: Hub): ChainOwner => ({ chain: hubChain, key: signingKey });
