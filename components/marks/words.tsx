"use client";

import { useLocale, useTranslations } from "next-intl";
import { useCallback } from "react";
import { type Bilingual, inLanguage } from "#server/graph/text";

/** Picks the reader's language out of a text that has both. */
export function useBilingual(): (text: Bilingual) => string {
  const language = useLocale();
  return useCallback((text) => inLanguage(text, language), [language]);
}

/** A refusal's code in words that say who can fix it; an unknown code is named, never hidden. */
export function useReason(): (code: string, detail?: Record<string, unknown>) => string {
  const t = useTranslations("reasons");
  return useCallback(
    (code, detail = {}) => {
      const key = code as Parameters<typeof t>[0];
      const facts = Object.fromEntries(
        Object.entries(detail).map(([name, fact]) => [name, typeof fact === "number" ? fact : textOf(fact)]),
      );
      try {
        if (t.has(key) && typeof t.raw(key) === "string") return t(key, facts);
      } catch {
        return t("unknown", { code });
      }
      return t("unknown", { code });
    },
    [t],
  );
}

function textOf(fact: unknown): string {
  return typeof fact === "string" ? fact : JSON.stringify(fact);
}
