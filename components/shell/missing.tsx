import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button";
import { EmptyState } from "#components/ui/empty-state";

/** Nothing is here, or nothing that this person may see: the two look the same. */
export function Missing() {
  const t = useTranslations("shell");
  return (
    <div className="mx-auto grid min-h-[70dvh] max-w-[560px] place-content-center px-4">
      <EmptyState
        title={<h1 className="text-lg">{t("notFoundTitle")}</h1>}
        actions={
          <>
            <Button asChild look="go">
              <Link href="/market">{t("toMarket")}</Link>
            </Button>
            <Button asChild>
              <Link href="/">{t("toStart")}</Link>
            </Button>
          </>
        }
      >
        {t("notFoundText")}
      </EmptyState>
    </div>
  );
}
