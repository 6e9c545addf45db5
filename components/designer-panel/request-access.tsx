"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { RequestAgreement } from "#components/agreements/request-agreement";
import { callApi } from "#components/api/call-api";
import { useClusterTitle } from "#components/canvas/cluster-name";
import { Button } from "#components/ui/button";
import { parseAppRef } from "#server/graph/workflow";
import type { AgreementRow } from "#server/protocol/portal-views";

/** Asks the owner for permission from where it is missing. */
export function RequestAccess({ app }: { app: string }) {
  const t = useTranslations("workflows.access");
  const title = useClusterTitle();
  const [open, setOpen] = useState(false);
  const { cluster, name } = parseAppRef(app);
  const { data } = useQuery({
    queryKey: ["agreements"],
    queryFn: ({ signal }) => callApi<{ items: AgreementRow[] }>("/api/v1/agreements", { signal }),
  });
  const isAsked = data?.items.some((row) => row.mine && row.app === `${cluster}/${name}` && row.state === "REQUESTED");
  if (isAsked) {
    return (
      <Link href="/agreements" className="shrink-0 text-accent hover:underline">
        {t("asked")}
      </Link>
    );
  }
  return (
    <>
      <Button size="sm" className="justify-self-start" onClick={() => setOpen(true)}>
        {t("request")}
      </Button>
      <RequestAgreement
        open={open}
        onOpenChange={setOpen}
        app={`${cluster}/${name}`}
        appTitle={name}
        clusterTitle={title(cluster)}
      />
    </>
  );
}
