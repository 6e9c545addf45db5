"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useId, useState } from "react";
import { codeOf } from "#components/api/call-api";
import { sendSources } from "#components/api/upload";
import { Field } from "#components/form/field";
import { Select } from "#components/form/select";
import { Progress } from "#components/marks/meter";
import { useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { Notice } from "#components/ui/empty-state";

export type HomeCluster = { name: string; title: string };
type Props = { clusters: HomeCluster[]; open: boolean; onOpenChange: (open: boolean) => void };

const isArchive = (file: File) => /\.(tar\.gz|tgz)$/i.test(file.name);

/** Uploads a source archive and goes to the page of its build. */
export function RegisterApp({ clusters, open, onOpenChange }: Props) {
  const t = useTranslations("apps");
  const formId = useId();
  const router = useRouter();
  const reason = useReason();
  const [cluster, setCluster] = useState(clusters[0]?.name ?? "");
  const [file, setFile] = useState<File>();
  const [tried, setTried] = useState(false);
  const [share, setShare] = useState(0);
  const send = useMutation({
    mutationFn: (archive: File) => sendSources(cluster, archive, setShare),
    onSuccess: ({ id }) => router.push(`/apps/builds/${cluster}/${id}`),
  });
  const problem = file ? (isArchive(file) ? undefined : t("notArchive")) : t("chooseArchive");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (file && !problem && !send.isPending) send.mutate(file);
  };
  const percent = Math.round(share * 100);
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t("registerTitle")}
      description={t("registerText")}
      actions={
        <Button look="go" type="submit" form={formId} busy={send.isPending || send.isSuccess}>
          {send.isPending ? t("sending", { percent }) : t("send")}
        </Button>
      }
    >
      <form id={formId} onSubmit={submit} className="grid gap-4 pb-3" noValidate>
        <Field label={t("cluster")} help={t("clusterHelp")}>
          {(ids) => (
            <Select
              {...ids}
              value={cluster}
              onChange={setCluster}
              choices={clusters.map(({ name, title }) => ({ value: name, label: title }))}
            />
          )}
        </Field>
        <Field
          label={t("archive")}
          help={<code className="font-mono">{t("archiveHelp")}</code>}
          errors={tried && problem ? [problem] : []}
          required
        >
          {(ids) => (
            <input
              {...ids}
              type="file"
              accept=".tar.gz,.tgz,application/gzip"
              onChange={(event) => setFile(event.target.files?.[0])}
              className="w-full rounded-md border border-edge bg-card text-sm file:mr-3 file:h-8 file:border-0 file:bg-soft file:px-3 file:font-medium file:text-ink"
            />
          )}
        </Field>
        {send.isPending ? <Progress value={share} label={t("sending", { percent })} /> : null}
        {send.isError ? <Notice tone="bad">{reason(codeOf(send.error))}</Notice> : null}
      </form>
    </Dialog>
  );
}
