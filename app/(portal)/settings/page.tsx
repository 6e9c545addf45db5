import type { Metadata } from "next";
import { cookies } from "next/headers";
import { getTranslations } from "next-intl/server";
import { SettingsPage } from "#components/settings/settings-page";
import { hubContext } from "#server/auth/context";
import { requireUser } from "#server/auth/session";
import { listSessions } from "#server/hub/sessions/list-sessions";
import { listApiTokens } from "#server/hub/tokens/list-api-tokens";
import { THEME_COOKIE, themeOf } from "#server/i18n/language";
import { setLanguage, setTheme } from "../../preferences";
import { createTokenAction, endSessionAction, revokeTokenAction } from "./actions";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings"))("title") };
}

export default async function Settings() {
  const user = await requireUser();
  const ctx = hubContext(user);
  const [sessions, tokens, jar] = await Promise.all([listSessions(ctx), listApiTokens(ctx), cookies()]);
  const { id, account, name, organization, roles } = user;
  return (
    <SettingsPage
      person={{ id, account, name, organization, roles }}
      preferences={{ theme: themeOf(jar.get(THEME_COOKIE)?.value), setLanguage, setTheme }}
      sessions={sessions.items}
      endSession={endSessionAction}
      tokens={tokens.items}
      createToken={createTokenAction}
      revokeToken={revokeTokenAction}
    />
  );
}
