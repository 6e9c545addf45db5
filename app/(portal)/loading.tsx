import { useTranslations } from "next-intl";
import { Page } from "#components/ui/card";
import { SkeletonRows } from "#components/ui/skeleton";

export default function Loading() {
  const t = useTranslations("shell");
  return (
    <Page>
      <SkeletonRows rows={6} label={t("loading")} />
    </Page>
  );
}
