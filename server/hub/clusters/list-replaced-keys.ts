import type { Db } from "#server/db/connect";
import type { PublicKey } from "#server/protocol/keys";
import { listReplacedKeys as replacedKeysOf } from "./clusters.repo";

/** Keys that a cluster of this name had before its own now: what they signed stays verifiable. */
export const listReplacedKeys = (db: Db, name: string): Promise<PublicKey[]> => replacedKeysOf(db, name);
