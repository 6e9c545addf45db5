"use client";

import { useMutation } from "@tanstack/react-query";
import { FileUp, Plus } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { callApi, codeOf, Refusal } from "#components/api/call-api";
import { useBilingual, useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { useTell } from "#components/ui/toast";
import { parseJsonStrict, parseWorkflow } from "#server/graph/parse-workflow";
import type { Problem, Workflow } from "#server/graph/workflow";

/** Creates a workflow from a document and opens it. */
export function useCreateWorkflow() {
  const router = useRouter();
  const tell = useTell();
  const why = useReason();
  return useMutation({
    mutationFn: (workflow: Workflow) =>
      callApi<{ id: string }>("/api/v1/workflows", { method: "POST", body: { workflow } }),
    onSuccess: ({ id }) => router.push(`/workflows/${id}`),
    onError: (error) => tell(why(codeOf(error), error instanceof Refusal ? error.detail : {}), "bad"),
  });
}

export function NewWorkflowButton() {
  const t = useTranslations("workflows.list");
  const create = useCreateWorkflow();
  const blank: Workflow = {
    schema: "krdc.workflow/v1",
    title: { ko: t("untitledKo"), en: t("untitledEn") },
    inputs: {},
    steps: {},
    outputs: {},
    layout: {},
  };
  return (
    <Button look="go" busy={create.isPending} onClick={() => create.mutate(blank)}>
      <Plus aria-hidden="true" />
      {t("new")}
    </Button>
  );
}

const MAX_BYTES = 8_000_000;

/** Takes a document from a file; one that is not right is refused with everything that is wrong in it. */
export function ImportButton() {
  const t = useTranslations("workflows.list");
  const tell = useTell();
  const create = useCreateWorkflow();
  const input = useRef<HTMLInputElement>(null);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const read = async (file: File) => {
    if (file.size > MAX_BYTES) return tell(t("tooLarge"), "bad");
    const found = readDocument(await file.text());
    if ("problems" in found) setProblems(found.problems);
    else create.mutate(found.workflow);
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        accept="application/json,.json"
        className="sr-only"
        tabIndex={-1}
        aria-label={t("import")}
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          if (file) void read(file);
        }}
      />
      <Button busy={create.isPending} onClick={() => input.current?.click()}>
        <FileUp aria-hidden="true" />
        {t("import")}
      </Button>
      <ProblemDialog problems={problems} onClose={() => setProblems([])} />
    </>
  );
}

function readDocument(text: string): { workflow: Workflow } | { problems: Problem[] } {
  const json = parseJsonStrict(text);
  return "problems" in json ? json : parseWorkflow(json.value);
}

function ProblemDialog({ problems, onClose }: { problems: readonly Problem[]; onClose: () => void }) {
  const t = useTranslations("workflows.list");
  const say = useBilingual();
  return (
    <Dialog
      open={problems.length > 0}
      onOpenChange={(open) => !open && onClose()}
      title={t("importTitle")}
      description={t("importText")}
    >
      <ul className="grid list-disc gap-1 pb-3 pl-5 text-sm">
        {problems.map((problem) => (
          <li key={`${problem.path} ${problem.code}`}>
            <span className="font-mono text-xs">{problem.path}</span> {say(problem.message)}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
