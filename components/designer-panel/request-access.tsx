"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { callApi, Refusal } from "#components/api/call-api";
import { Field } from "#components/form/field";
import { Input, Textarea } from "#components/form/input";
import { useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { Notice } from "#components/ui/empty-state";
import { useTell } from "#components/ui/toast";
import { parseAppRef } from "#server/graph/workflow";
import type { AgreementRow } from "#server/protocol/portal-views";

type Answer = { id: string; state: string };

/** Asks the owner for permission from where it is missing. */
export function RequestAccess({ app }: { app: string }) {
  const t = useTranslations("workflows.access");
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
      <Dialog open={open} onOpenChange={setOpen} title={t("title")} description={t("description")}>
        <RequestForm app={app} onDone={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

function RequestForm({ app, onDone }: { app: string; onDone: () => void }) {
  const t = useTranslations("workflows.access");
  const why = useReason();
  const tell = useTell();
  const client = useQueryClient();
  const [purpose, setPurpose] = useState("");
  const [[days, setDays], [runs, setRuns]] = [useState(30), useState(100)];
  const { cluster, name } = parseAppRef(app);
  const request = useMutation({
    mutationFn: () =>
      callApi<Answer>("/api/v1/agreements", {
        method: "POST",
        body: { app: `${cluster}/${name}`, days, runs, purpose },
      }),
    onSuccess: async (answer) => {
      tell(answer.state === "ACTIVE" ? t("granted") : t("sent"), "ok");
      await Promise.all(["plan", "agreements"].map((key) => client.invalidateQueries({ queryKey: [key] })));
      onDone();
    },
  });
  return (
    <form
      className="grid gap-3 pb-2"
      onSubmit={(event) => {
        event.preventDefault();
        request.mutate();
      }}
    >
      <Field label={t("purpose")} required>
        {(ids) => (
          <Textarea
            {...ids}
            required
            minLength={1}
            maxLength={500}
            value={purpose}
            onChange={(event) => setPurpose(event.target.value)}
          />
        )}
      </Field>
      <div className="grid grid-cols-2 gap-3">
        <Field label={t("days")}>
          {(ids) => (
            <Input
              {...ids}
              type="number"
              min={1}
              max={365}
              value={days}
              onChange={(e) => setDays(e.target.valueAsNumber)}
            />
          )}
        </Field>
        <Field label={t("runs")}>
          {(ids) => (
            <Input
              {...ids}
              type="number"
              min={1}
              max={100000}
              value={runs}
              onChange={(e) => setRuns(e.target.valueAsNumber)}
            />
          )}
        </Field>
      </div>
      {request.error instanceof Refusal ? (
        <Notice tone="bad">{why(request.error.code, request.error.detail)}</Notice>
      ) : null}
      <Button type="submit" look="go" className="justify-self-end" busy={request.isPending}>
        {t("send")}
      </Button>
    </form>
  );
}
