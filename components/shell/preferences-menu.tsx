"use client";

import { Languages, Monitor, Moon, Sun } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useOptimistic, useTransition } from "react";
import { Button } from "#components/ui/button";
import { Menu, MenuChoice, MenuLabel } from "#components/ui/menu";
import type { Language, Theme } from "#server/i18n/language";

export type Preferences = {
  theme: Theme;
  /** Remembered in a cookie; the page then comes again in the new language. */
  setLanguage: (language: Language) => Promise<void>;
  setTheme: (theme: Theme) => Promise<void>;
};

const themes = [
  { theme: "system", icon: Monitor },
  { theme: "light", icon: Sun },
  { theme: "dark", icon: Moon },
] as const;

/** The chosen theme at once, before the server has remembered it. */
export function useTheme({ theme, setTheme }: Preferences): [Theme, (theme: Theme) => void] {
  const [shown, show] = useOptimistic(theme);
  const [, start] = useTransition();
  const choose = (next: Theme) => {
    document.documentElement.dataset.theme = next;
    start(async () => {
      show(next);
      await setTheme(next);
    });
  };
  return [shown, choose];
}

export function PreferencesMenu({ preferences }: { preferences: Preferences }) {
  const t = useTranslations("shell");
  const language = useLocale();
  const [busy, start] = useTransition();
  const [theme, chooseTheme] = useTheme(preferences);
  const Icon = themes.find((choice) => choice.theme === theme)?.icon ?? Monitor;
  const choose = (next: Language) => start(() => preferences.setLanguage(next));
  return (
    <>
      <Menu
        trigger={
          <Button look="quiet" busy={busy} aria-label={t("language")}>
            <Languages aria-hidden="true" />
            <span className="max-sm:hidden">{language === "ko" ? t("korean") : t("english")}</span>
          </Button>
        }
      >
        <MenuLabel>{t("language")}</MenuLabel>
        <MenuChoice chosen={language === "ko"} onSelect={() => choose("ko")}>
          <span lang="ko">{t("korean")}</span>
        </MenuChoice>
        <MenuChoice chosen={language === "en"} onSelect={() => choose("en")}>
          <span lang="en">{t("english")}</span>
        </MenuChoice>
      </Menu>
      <Menu
        trigger={
          <Button look="quiet" size="icon" aria-label={t("theme")}>
            <Icon aria-hidden="true" />
          </Button>
        }
      >
        <MenuLabel>{t("theme")}</MenuLabel>
        {themes.map((choice) => (
          <MenuChoice key={choice.theme} chosen={theme === choice.theme} onSelect={() => chooseTheme(choice.theme)}>
            {t(choice.theme)}
          </MenuChoice>
        ))}
      </Menu>
    </>
  );
}
