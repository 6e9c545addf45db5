"use client";

import { useLocale, useTranslations } from "next-intl";
import { useTransition } from "react";
import { Field } from "#components/form/field";
import { Select } from "#components/form/select";
import { useBilingual } from "#components/marks/words";
import { type Preferences, useTheme } from "#components/shell/preferences-menu";
import { Card, Page, PageHead, Section } from "#components/ui/card";
import type { Theme } from "#server/i18n/language";
import type { Person } from "#server/protocol/portal-views";
import { type SessionProps, Sessions } from "./sessions";
import { type TokenProps, Tokens } from "./tokens";

type Props = { person: Person; preferences: Preferences } & SessionProps & TokenProps;

export function SettingsPage({ person, preferences, sessions, endSession, tokens, createToken, revokeToken }: Props) {
  const t = useTranslations("settings");
  const words = useBilingual();
  return (
    <Page className="max-w-[860px]">
      <PageHead
        title={t("title")}
        sub={t("sub", { name: words(person.name), organization: words(person.organization.name) })}
      />
      <div className="grid grid-cols-1 gap-8">
        <Section title={t("look")}>
          <Looks preferences={preferences} />
        </Section>
        <Tokens tokens={tokens} createToken={createToken} revokeToken={revokeToken} />
        <Sessions sessions={sessions} endSession={endSession} />
      </div>
    </Page>
  );
}

function Looks({ preferences }: { preferences: Preferences }) {
  const t = useTranslations("settings");
  const shell = useTranslations("shell");
  const language = useLocale();
  const [, start] = useTransition();
  const [theme, chooseTheme] = useTheme(preferences);
  return (
    <Card className="grid gap-4 p-4 sm:grid-cols-2">
      <Field label={t("language")}>
        {(ids) => (
          <Select
            {...ids}
            value={language}
            choices={[
              { value: "ko", label: shell("korean") },
              { value: "en", label: shell("english") },
            ]}
            onChange={(next) => start(() => preferences.setLanguage(next === "en" ? "en" : "ko"))}
          />
        )}
      </Field>
      <Field label={t("theme")}>
        {(ids) => (
          <Select
            {...ids}
            value={theme}
            choices={(["system", "light", "dark"] as const).map((value) => ({ value, label: shell(value) }))}
            onChange={(next) => chooseTheme(next as Theme)}
          />
        )}
      </Field>
    </Card>
  );
}
