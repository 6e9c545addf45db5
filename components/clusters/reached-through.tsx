"use client";

import { useTranslations } from "next-intl";

const isMailbox = (gateway: string) => gateway.startsWith("mailbox://");

/** How hub and peers reach it, in words: they dial its address, or it takes what waits for it. */
export function ReachedThrough({ gateway }: { gateway: string }) {
  const t = useTranslations("clusters.reach");
  if (isMailbox(gateway)) return <>{t("mailbox")}</>;
  return (
    <>
      {t("address")} <span className="font-mono text-xs break-all">{gateway}</span>
    </>
  );
}

/** The same in a line of a list. */
export function ReachedShortly({ gateway }: { gateway: string | null }) {
  const t = useTranslations("clusters.reach");
  if (gateway === null) return null;
  return <p className="text-xs text-faint">{t(isMailbox(gateway) ? "shortMailbox" : "shortAddress")}</p>;
}
