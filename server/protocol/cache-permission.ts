import { z } from "zod";

/**
 * `POST /api/hub/v1/cache-permissions`, by a home, with the body of a grant's request: could this first attempt be granted
 * now? Nothing is granted or counted by it.
 */
export const cachePermission = z.strictObject({ isAllowed: z.boolean(), reason: z.string().nullable() });
export type CachePermission = z.infer<typeof cachePermission>;
