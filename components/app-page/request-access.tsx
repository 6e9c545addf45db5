"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { RequestAgreement } from "#components/agreements/request-agreement";
import { useBilingual } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { type AppVersion, appPath } from "#server/graph/app";

/** The way from an app's page to its owner. */
export function RequestAccess({ app, clusterTitle }: { app: AppVersion; clusterTitle: string }) {
  const t = useTranslations("market");
  const words = useBilingual();
  const router = useRouter();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look="go" size="lg" onClick={() => setOpen(true)}>
        {t("request")}
      </Button>
      <RequestAgreement
        open={open}
        onOpenChange={setOpen}
        app={appPath(app)}
        appTitle={words(app.title)}
        clusterTitle={clusterTitle}
        onDone={() => router.refresh()}
      />
    </>
  );
}
