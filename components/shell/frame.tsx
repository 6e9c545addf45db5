import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { ApiProvider } from "#components/api/api-provider";
import { ToastRegion } from "#components/ui/toast";
import type { Person } from "#server/protocol/portal-views";
import { AccountMenu } from "./account-menu";
import { Find } from "./find-palette";
import { Logo } from "./logo";
import { PersonProvider } from "./person";
import { type Preferences, PreferencesMenu } from "./preferences-menu";
import { BottomBar, Rail } from "./rail";
import { roomsFor } from "./rooms";

type Props = { person: Person; preferences: Preferences; children: ReactNode };

/** What stands around every room after sign-in. */
export function Frame({ person, preferences, children }: Props) {
  const t = useTranslations("shell");
  const groups = roomsFor(person.roles);
  return (
    <PersonProvider person={person}>
      <ApiProvider>
        <ToastRegion>
          <SkipLink>{t("skip")}</SkipLink>
          <header className="sticky top-0 z-30 flex h-(--frame-top) items-center gap-2 border-b border-line bg-card px-3 md:gap-4 md:px-4">
            <Link
              href="/market"
              aria-label={`${t("name")} ${t("fullName")}`}
              className="shrink-0 rounded-sm md:w-[184px]"
            >
              <Logo />
            </Link>
            <Find groups={groups} />
            <div className="ml-auto flex items-center gap-1">
              <PreferencesMenu preferences={preferences} />
              <AccountMenu person={person} />
            </div>
          </header>
          <div className="flex">
            <Rail groups={groups} />
            <main id="content" tabIndex={-1} className="min-w-0 flex-1 pb-(--frame-bottom) outline-none">
              {children}
            </main>
          </div>
          <BottomBar groups={groups} />
        </ToastRegion>
      </ApiProvider>
    </PersonProvider>
  );
}

export function SkipLink({ children }: { children: ReactNode }) {
  return (
    <a
      href="#content"
      className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-accent focus:px-3 focus:py-2 focus:text-on-accent"
    >
      {children}
    </a>
  );
}
