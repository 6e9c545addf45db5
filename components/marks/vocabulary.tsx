"use client";

import { useTranslations } from "next-intl";

/** A field of research in the reader's words; one that nobody has put into words stays as it is written. */
export function useFieldWord(): (field: string) => string {
  const t = useTranslations("market.fieldNames");
  return (field) => said(t, field);
}

/** A media type in the reader's words, or as it is written. */
export function useMediaWord(): (mediaType: string) => string {
  const t = useTranslations("market.mediaNames");
  return (mediaType) => said(t, mediaType);
}

type Messages<Key extends string> = { (key: Key): string; has: (key: Key) => boolean };

function said<Key extends string>(t: Messages<Key>, value: string): string {
  const key = value.toLowerCase() as Key;
  return value !== "" && t.has(key) ? t(key) : value;
}
