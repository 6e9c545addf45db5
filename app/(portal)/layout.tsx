import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { Frame } from "#components/shell/frame";
import { requireUser } from "#server/auth/session";
import { THEME_COOKIE, themeOf } from "#server/i18n/language";
import { setLanguage, setTheme } from "../preferences";

export default async function PortalLayout({ children }: { children: ReactNode }) {
  const [user, jar] = await Promise.all([requireUser(), cookies()]);
  const theme = themeOf(jar.get(THEME_COOKIE)?.value);
  const { id, account, name, organization, roles } = user;
  return (
    <Frame person={{ id, account, name, organization, roles }} preferences={{ theme, setLanguage, setTheme }}>
      {children}
    </Frame>
  );
}
