import type { Db } from "#server/db/connect";
import { type Head, selectHead } from "./audit.repo";

/** The newest place of our chain; undefined before the first entry. */
export const findHead = (db: Db): Promise<Head | undefined> => selectHead(db);
