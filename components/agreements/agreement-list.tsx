"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { callApi } from "#components/api/call-api";
import { Button } from "#components/ui/button";
import { Page, PageHead, Section } from "#components/ui/card";
import { EmptyState } from "#components/ui/empty-state";
import type { AgreementRow } from "#server/protocol/portal-views";
import { AgreementTable } from "./agreement-table";

const WATCH_MS = 2_000;
const LOOK_AGAIN_MS = 20_000;

type Props = { rows: AgreementRow[]; isOperator: boolean; clusterTitles: Record<string, string> };

/** One's own agreements and, for operators, those of their clusters; watched closely while one is being revoked. */
export function AgreementList({ rows, isOperator, clusterTitles }: Props) {
  const t = useTranslations("agreements");
  const { data } = useQuery({
    queryKey: ["agreements"],
    queryFn: ({ signal }) => callApi<{ items: AgreementRow[] }>("/api/v1/agreements", { signal }),
    initialData: { items: rows },
    refetchInterval: ({ state }) =>
      state.data?.items.some((row) => row.state === "REVOKING") ? WATCH_MS : LOOK_AGAIN_MS,
  });
  const mine = data.items.filter((row) => row.mine);
  const others = data.items.filter((row) => !row.mine);
  return (
    <Page>
      <PageHead title={t("title")} sub={t("sub")} />
      <div className="grid grid-cols-1 gap-7">
        <Section title={t("mine")}>
          {mine.length === 0 ? (
            <None />
          ) : (
            <AgreementTable label={t("mine")} rows={mine} clusterTitles={clusterTitles} />
          )}
        </Section>
        {isOperator ? (
          <Section title={t("others")}>
            {others.length === 0 ? (
              <p className="text-dim">{t("noneOthers")}</p>
            ) : (
              <AgreementTable label={t("others")} rows={others} clusterTitles={clusterTitles} showUser />
            )}
          </Section>
        ) : null}
      </div>
    </Page>
  );
}

function None() {
  const t = useTranslations("agreements");
  const market = (
    <Button asChild look="go">
      <Link href="/market">{t("toMarket")}</Link>
    </Button>
  );
  return (
    <EmptyState title={t("none")} actions={market}>
      {t("noneText")}
    </EmptyState>
  );
}
