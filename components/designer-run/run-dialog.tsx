"use client";

import { useMutation } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import { callApi, Refusal } from "#components/api/call-api";
import { uploadTo } from "#components/api/upload";
import { useClusters } from "#components/canvas/cluster-name";
import { useDesignerFacts } from "#components/designer/designer-facts";
import { useDesigner } from "#components/designer/designer-store";
import { fieldOfInput } from "#components/document/boundary";
import { Field } from "#components/form/field";
import { Select } from "#components/form/select";
import { useBilingual, useReason } from "#components/marks/words";
import { ParameterForm } from "#components/parameters/parameter-form";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { Notice } from "#components/ui/empty-state";
import { validateInputs } from "#server/graph/validate-workflow";
import type { Problem, Value } from "#server/graph/workflow";
import { PlanTable } from "./plan-table";

type Values = Record<string, Value>;
type Props = { onClose: () => void; beforeLeaving: () => Promise<void> };

/** Where, with what, and what will happen; then it runs. */
export function RunDialog({ onClose, beforeLeaving }: Props) {
  const t = useTranslations("workflows.run");
  const workflow = useDesigner((state) => state.workflow);
  const { problems, home, apps } = useDesignerFacts();
  const [values, setValues] = useState<Values>({});
  const [tried, setTried] = useState(false);
  const run = useSubmit(beforeLeaving);
  const missing = useMemo(() => validateInputs(workflow, values, apps), [workflow, values, apps]);
  const refused = run.error instanceof Refusal ? run.error.problems : [];
  const submit = () => {
    setTried(true);
    if (missing.length === 0 && problems.length === 0 && home !== undefined) run.mutate({ home, values });
  };
  return (
    <Dialog
      open
      wide
      onOpenChange={(open) => !open && onClose()}
      title={t("title")}
      description={t("description")}
      actions={
        <>
          <Button onClick={onClose}>{t("notNow")}</Button>
          <Button look="go" busy={run.isPending} disabled={problems.length > 0 || home === undefined} onClick={submit}>
            <Play aria-hidden="true" />
            {t("start")}
          </Button>
        </>
      }
    >
      <div className="grid gap-5 pb-3">
        {problems.length > 0 ? <Notice tone="warn">{t("hasProblems", { count: problems.length })}</Notice> : null}
        <Refused error={run.error} />
        <HomeChoice onChange={() => setValues((now) => withoutFiles(now))} />
        <Inputs values={values} onChange={setValues} problems={[...(tried ? missing : []), ...refused]} />
        <PlanTable />
      </div>
    </Dialog>
  );
}

function useSubmit(beforeLeaving: () => Promise<void>) {
  const router = useRouter();
  const workflow = useDesigner((state) => state.workflow);
  return useMutation({
    mutationFn: async ({ home, values }: { home: string; values: Values }) => {
      await beforeLeaving();
      return callApi<{ id: string }>("/api/v1/runs", { method: "POST", body: { workflow, home, inputs: values } });
    },
    onSuccess: ({ id }) => router.push(`/runs/${id}`),
  });
}

function Refused({ error }: { error: unknown }) {
  const why = useReason();
  const say = useBilingual();
  if (!error) return null;
  if (!(error instanceof Refusal)) return <Notice tone="bad">{why("portal.failed")}</Notice>;
  return (
    <Notice tone="bad">
      {why(error.code, error.detail)}
      {error.problems.length > 0 ? (
        <ul className="mt-1 list-disc pl-5">
          {error.problems.map((problem) => (
            <li key={`${problem.path} ${problem.code}`}>
              {say(problem.message)} <span className="font-mono text-xs">{problem.path}</span>
            </li>
          ))}
        </ul>
      ) : null}
    </Notice>
  );
}

/** Files stand at the home cluster, so another home needs them anew. */
const withoutFiles = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => ![value].flat().some(isFileOrFolder)));

const isFileOrFolder = (value: unknown) => typeof value === "object" && value !== null && "kind" in value;

function HomeChoice({ onChange }: { onChange: () => void }) {
  const t = useTranslations("workflows.run");
  const say = useBilingual();
  const { data: clusters, isPending } = useClusters();
  const { home, setHome } = useDesignerFacts();
  const active = (clusters ?? []).filter((cluster) => cluster.state === "ACTIVE");
  if (!isPending && active.length === 0) return <Notice tone="warn">{t("noCluster")}</Notice>;
  return (
    <Field label={t("home")} help={t("homeHelp")}>
      {(ids) => (
        <Select
          {...ids}
          value={home ?? ""}
          choices={active.map((cluster) => ({ value: cluster.name, label: `${say(cluster.title)} (${cluster.name})` }))}
          onChange={(next) => {
            setHome(next);
            onChange();
          }}
        />
      )}
    </Field>
  );
}

type InputsProps = { values: Values; onChange: (values: Values) => void; problems: readonly Problem[] };

function Inputs({ values, onChange, problems }: InputsProps) {
  const t = useTranslations("workflows.run");
  const say = useBilingual();
  const inputs = useDesigner((state) => state.workflow.inputs);
  const { home } = useDesignerFacts();
  const fields = Object.entries(inputs).map(([name, input]) => fieldOfInput(name, input));
  if (fields.length === 0) return null;
  const byName: Record<string, string[]> = {};
  for (const problem of problems) {
    const name = problem.path.replace(/^inputs\./, "").split(".")[0] ?? "";
    byName[name] = [...(byName[name] ?? []), say(problem.message)];
  }
  return (
    <section aria-label={t("inputs")}>
      <h3 className="mb-2 text-sm font-semibold">{t("inputs")}</h3>
      <ParameterForm
        parameters={fields}
        values={values}
        problems={byName}
        {...(home ? { uploadFile: uploadTo(home) } : {})}
        onChange={(name, value) => {
          const { [name]: _, ...others } = values;
          onChange(value === undefined ? others : { ...others, [name]: value });
        }}
      />
    </section>
  );
}
