"use client";

import { Plus, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useDesignerFacts } from "#components/designer/designer-facts";
import { useDesigner } from "#components/designer/designer-store";
import { addOutput, removeOutputs } from "#components/document/boundary";
import { useBilingual } from "#components/marks/words";
import { Button } from "#components/ui/button";
import type { AppVersion } from "#server/graph/app";

/** What the step gives; each can become a result of the whole workflow. */
export function StepOutputs({ id, app }: { id: string; app: AppVersion }) {
  const t = useTranslations("workflows.panel");
  const say = useBilingual();
  const outputs = useDesigner((state) => state.workflow.outputs);
  const edit = useDesigner((state) => state.edit);
  const { mayEdit } = useDesignerFacts();
  const given = app.parameters.filter((parameter) => parameter.port === "out");
  if (given.length === 0) return null;
  return (
    <section aria-label={t("outputs")}>
      <h3 className="mb-1 text-sm font-semibold">{t("outputs")}</h3>
      <ul className="grid gap-1">
        {given.map((parameter) => {
          const from = `${id}.${parameter.name}`;
          const names = Object.keys(outputs).filter((name) => outputs[name]?.from === from);
          const title = say(parameter.title) || parameter.name;
          return (
            <li key={parameter.name} className="flex items-center gap-2 text-sm">
              <span className="min-w-0 flex-1 truncate">
                {title} <span className="font-mono text-xs text-faint">{parameter.kind}</span>
              </span>
              {names.length > 0 ? (
                <Button
                  size="sm"
                  disabled={!mayEdit}
                  aria-label={t("dropResult", { title })}
                  onClick={() => edit((now) => removeOutputs(now, new Set(names)))}
                >
                  {t("isResult", { name: names.join(", ") })}
                  <X aria-hidden="true" />
                </Button>
              ) : (
                <Button
                  size="sm"
                  look="quiet"
                  disabled={!mayEdit}
                  aria-label={t("makeResultOf", { title })}
                  onClick={() => edit((now) => addOutput(now, parameter.name, from).workflow)}
                >
                  <Plus aria-hidden="true" />
                  {t("makeResult")}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
