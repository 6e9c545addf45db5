"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { callApi, codeOf } from "#components/api/call-api";
import { useBilingual, useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { Notice } from "#components/ui/empty-state";
import { SkeletonRows } from "#components/ui/skeleton";
import { type AppVersion, appPath } from "#server/graph/app";
import type { Bilingual } from "#server/graph/text";

type Row = { id: string; title: Bilingual; state: "DRAFT" | "PUBLISHED" };

/** Opens the designer with this app added, in a draft or a new workflow. */
export function AddToWorkflow({ app }: { app: AppVersion }) {
  const t = useTranslations("market");
  const words = useBilingual();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="lg" onClick={() => setOpen(true)}>
        <Plus aria-hidden="true" />
        {t("addToWorkflow")}
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title={t("addTitle", { app: words(app.title) })}
        description={t("addText")}
      >
        <Drafts app={app} />
      </Dialog>
    </>
  );
}

function useNewWorkflow(app: AppVersion) {
  const router = useRouter();
  const workflow = { schema: "krdc.workflow/v1", title: app.title, steps: {} };
  return useMutation({
    mutationFn: () => callApi<{ id: string }>("/api/v1/workflows", { method: "POST", body: { workflow } }),
    onSuccess: ({ id }) => router.push(`/workflows/${id}?add=${appPath(app)}`),
  });
}

function Drafts({ app }: { app: AppVersion }) {
  const t = useTranslations("market");
  const ui = useTranslations("ui");
  const words = useBilingual();
  const reason = useReason();
  const list = useQuery({
    queryKey: ["workflows"],
    queryFn: ({ signal }) => callApi<{ items: Row[] }>("/api/v1/workflows", { signal }),
  });
  const make = useNewWorkflow(app);
  const drafts = (list.data?.items ?? []).filter((row) => row.state === "DRAFT").slice(0, 20);
  return (
    <div className="grid gap-3 pb-4">
      <Button look="go" busy={make.isPending || make.isSuccess} onClick={() => make.mutate()}>
        <Plus aria-hidden="true" />
        {t("newWorkflow")}
      </Button>
      {make.isError ? <Notice tone="bad">{reason(codeOf(make.error))}</Notice> : null}
      {list.isPending ? <SkeletonRows rows={3} label={ui("loading")} /> : null}
      {list.isError ? <Notice tone="bad">{reason(codeOf(list.error))}</Notice> : null}
      {list.isSuccess && drafts.length === 0 ? <p className="text-sm text-dim">{t("noDrafts")}</p> : null}
      <ul className="grid gap-1">
        {drafts.map((row) => (
          <li key={row.id}>
            <Link
              href={`/workflows/${row.id}?add=${appPath(app)}`}
              className="flex min-h-9 items-center gap-2 rounded-md border border-line px-3 hover:bg-soft"
            >
              <span className="flex-1 truncate">{words(row.title)}</span>
              <span className="text-xs text-faint">{t("draft")}</span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
