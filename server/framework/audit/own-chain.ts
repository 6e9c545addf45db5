import type { ChainOwner } from "#server/audit/checkpoint";
import type { FrameworkContext } from "../context";

/** Our chain goes by the cluster's name and is signed by its identity key. */
export const ownChain = ({ name, key }: Pick<FrameworkContext, "name" | "key">): ChainOwner => ({ chain: name, key });
