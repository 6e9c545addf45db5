import type { Db } from "./db/connect";
import type { Log } from "./log";

/** What every verb gets first: the database, the clock, who asks, where to note what happened. Built at the door. */
export type Context<User> = { db: Db; now: () => Date; user: User; log: Log };
