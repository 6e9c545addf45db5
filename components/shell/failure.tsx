"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button";
import { EmptyState } from "#components/ui/empty-state";

type Props = { digest: string | undefined; retry: () => void };

/** A page that broke: whose fault it is, that nothing running is lost, and what to do. */
export function Failure({ digest, retry }: Props) {
  const t = useTranslations("shell");
  return (
    <div className="mx-auto grid min-h-[70dvh] max-w-[560px] place-content-center px-4">
      <EmptyState
        tone="bad"
        title={<h1 className="text-lg">{t("errorTitle")}</h1>}
        actions={
          <>
            <Button look="go" onClick={retry}>
              {t("tryAgain")}
            </Button>
            <Button asChild>
              <Link href="/market">{t("toMarket")}</Link>
            </Button>
          </>
        }
      >
        <p>{t("errorText")}</p>
        {digest ? <p className="mt-2 font-mono text-xs">{t("errorNumber", { digest })}</p> : null}
      </EmptyState>
    </div>
  );
}
