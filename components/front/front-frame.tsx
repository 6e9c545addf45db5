import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { SkipLink } from "#components/shell/frame";
import { Logo } from "#components/shell/logo";
import { type Preferences, PreferencesMenu } from "#components/shell/preferences-menu";

/** The frame before sign-in. */
export function FrontFrame({ preferences, children }: { preferences: Preferences; children: ReactNode }) {
  const t = useTranslations("shell");
  return (
    <div className="flex min-h-dvh flex-col">
      <SkipLink>{t("skip")}</SkipLink>
      <header className="mx-auto flex h-16 w-full max-w-[1120px] items-center justify-between px-5">
        <Link href="/" className="flex items-center gap-3 rounded-sm">
          <Logo />
          <span className="text-sm text-dim max-sm:hidden">{t("fullName")}</span>
        </Link>
        <div className="flex items-center gap-1">
          <PreferencesMenu preferences={preferences} />
        </div>
      </header>
      <main id="content" tabIndex={-1} className="flex flex-1 flex-col outline-none">
        {children}
      </main>
    </div>
  );
}
