import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { FrontFrame } from "#components/front/front-frame";
import { THEME_COOKIE, themeOf } from "#server/i18n/language";
import { setLanguage, setTheme } from "../preferences";

export default async function FrontLayout({ children }: { children: ReactNode }) {
  const jar = await cookies();
  return (
    <FrontFrame preferences={{ theme: themeOf(jar.get(THEME_COOKIE)?.value), setLanguage, setTheme }}>
      {children}
    </FrontFrame>
  );
}
