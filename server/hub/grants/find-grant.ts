import type { Db } from "#server/db/connect";
import type { Grant } from "./grant";
import { findGrant as findById } from "./grants.repo";

export const findGrant = (db: Db, id: string): Promise<Grant | undefined> => findById(db, id);
