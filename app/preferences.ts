"use server";

import { cookies } from "next/headers";
import { LANGUAGE_COOKIE, type Language, languageOf, THEME_COOKIE, type Theme, themeOf } from "#server/i18n/language";

const YEAR_SECONDS = 365 * 86_400;
const options = { path: "/", maxAge: YEAR_SECONDS, sameSite: "lax", httpOnly: true } as const;

/** Needs no session: it only sets a cookie of the caller's own browser, to one of two values. */
export async function setLanguage(language: Language): Promise<void> {
  (await cookies()).set(LANGUAGE_COOKIE, languageOf(language, null), options);
}

/** Needs no session, as above. */
export async function setTheme(theme: Theme): Promise<void> {
  (await cookies()).set(THEME_COOKIE, themeOf(theme), options);
}
