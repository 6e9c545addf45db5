"use client";

import { useMutation } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { callApi, codeOf, Refusal } from "#components/api/call-api";
import { uploadTo } from "#components/api/upload";
import { Field } from "#components/form/field";
import { Select } from "#components/form/select";
import { useBilingual, useReason } from "#components/marks/words";
import { ParameterForm } from "#components/parameters/parameter-form";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { Notice } from "#components/ui/empty-state";
import { type AppVersion, appReference } from "#server/graph/app";
import { validateWorkflow } from "#server/graph/validate-workflow";
import type { Value } from "#server/graph/workflow";
import { oneStepWorkflow, problemsByField } from "./one-step-workflow";

export type Home = { name: string; title: string };

type Props = { app: AppVersion; homes: Home[] };
type Values = Record<string, Value | undefined>;

/** Files stand at the home cluster, so another home needs them anew. */
function withoutFiles(app: AppVersion, values: Values): Values {
  const data = new Set(
    app.parameters.filter(({ kind }) => kind === "file" || kind === "directory").map(({ name }) => name),
  );
  return Object.fromEntries(Object.entries(values).filter(([name]) => !data.has(name)));
}

export function RunNow({ app, homes }: Props) {
  const t = useTranslations("market");
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button look="go" size="lg" onClick={() => setOpen(true)}>
        <Play aria-hidden="true" />
        {t("run")}
      </Button>
      <RunDialog app={app} homes={homes} open={open} onOpenChange={setOpen} />
    </>
  );
}

function useRun(app: AppVersion, home: string, values: Values) {
  const router = useRouter();
  return useMutation({
    mutationFn: () =>
      callApi<{ id: string }>("/api/v1/runs", {
        method: "POST",
        body: { workflow: oneStepWorkflow(app, values), home, inputs: {} },
      }),
    onSuccess: ({ id }) => router.push(`/runs/${id}`),
  });
}

function useProblems(app: AppVersion, values: Values, refused: unknown) {
  const language = useLocale();
  const apps = new Map([[appReference(app), app]]);
  const found = validateWorkflow(oneStepWorkflow(app, values), apps);
  const told = refused instanceof Refusal ? refused.problems : [];
  const names = app.parameters.map(({ name }) => name);
  return { found, ...problemsByField([...found, ...told], language, names) };
}

type DialogProps = Props & { open: boolean; onOpenChange: (open: boolean) => void };

function RunDialog({ app, homes, open, onOpenChange }: DialogProps) {
  const t = useTranslations("market");
  const words = useBilingual();
  const [home, setHome] = useState(() => (homes.find(({ name }) => name === app.cluster) ?? homes[0])?.name ?? "");
  const [values, setValues] = useState<Values>({});
  const [tried, setTried] = useState(false);
  const run = useRun(app, home, values);
  const { found, fields, others } = useProblems(app, values, run.error);
  const start = () => {
    setTried(true);
    if (found.length === 0) run.mutate();
  };
  const change = (name: string, value: Value | undefined) => {
    run.reset();
    setValues((now) => ({ ...now, [name]: value }));
  };
  const clusterTitle = homes.find(({ name }) => name === app.cluster)?.title ?? app.cluster;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      wide
      title={t("runTitle", { app: words(app.title) })}
      description={t("runText")}
      actions={
        <>
          <span role="status" className="mr-auto self-center text-sm text-bad">
            {tried && found.length > 0 ? t("fix", { count: found.length }) : ""}
          </span>
          <Button look="go" busy={run.isPending || run.isSuccess} disabled={homes.length === 0} onClick={start}>
            {run.isPending || run.isSuccess ? t("starting") : t("start")}
          </Button>
        </>
      }
    >
      <div className="grid gap-4 pb-3">
        <HomeField
          homes={homes}
          home={home}
          appCluster={clusterTitle}
          onChange={(next) => {
            setHome(next);
            setValues((now) => withoutFiles(app, now));
          }}
        />
        <ParameterForm
          parameters={app.parameters}
          values={values}
          problems={tried ? fields : {}}
          onChange={change}
          uploadFile={home ? uploadTo(home) : undefined}
        />
        <Trouble others={tried ? others : []} error={run.error} />
      </div>
    </Dialog>
  );
}

type HomeProps = { homes: Home[]; home: string; appCluster: string; onChange: (home: string) => void };

function HomeField({ homes, home, appCluster, onChange }: HomeProps) {
  const t = useTranslations("market");
  if (homes.length === 0) return <Notice tone="warn">{t("noHome")}</Notice>;
  return (
    <Field label={t("home")} help={t("homeHelp", { cluster: appCluster })}>
      {(ids) => (
        <Select
          {...ids}
          value={home}
          choices={homes.map(({ name, title }) => ({ value: name, label: title }))}
          onChange={onChange}
        />
      )}
    </Field>
  );
}

/** What belongs to no field: problems of the whole, or the refusal when it named none. */
function Trouble({ others, error }: { others: readonly string[]; error: Error | null }) {
  const reason = useReason();
  if (others.length > 0) return <Notice tone="bad">{others.join(" ")}</Notice>;
  if (!error || (error instanceof Refusal && error.problems.length > 0)) return null;
  return <Notice tone="bad">{reason(codeOf(error), error instanceof Refusal ? error.detail : {})}</Notice>;
}
