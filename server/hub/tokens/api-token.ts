import { randomBytes } from "node:crypto";
import type { apiTokens } from "#drizzle/hub/schema/members";

export type ApiToken = typeof apiTokens.$inferSelect;

export const defaultDays = 90;

/** Shown once; `krdc_` lets secret scanners know it. */
export const makeApiToken = () => `krdc_${randomBytes(32).toString("base64url")}`;

export const isApiToken = (text: string) => /^krdc_[A-Za-z0-9_-]{43}$/.test(text);
