import type { authorizations, grants } from "#drizzle/hub/schema/grants";

export type Authorization = typeof authorizations.$inferSelect;
export type Grant = typeof grants.$inferSelect;
