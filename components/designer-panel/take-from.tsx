"use client";

import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { linksOf } from "#components/canvas/graph-of-workflow";
import { useDesignerFacts } from "#components/designer/designer-facts";
import { useDesigner } from "#components/designer/designer-store";
import { connect, disconnect, sourcesFor } from "#components/document/connections";
import { feedFromInput } from "#components/document/problem-place";
import { setBinding } from "#components/document/steps";
import { Select } from "#components/form/select";
import { Button } from "#components/ui/button";
import { useSourceLabel } from "./source-label";

const BY_HAND = "";
const NEW_INPUT = "+input";

type Props = { id: string; port: string; title: string };

/** Linking without a mouse: every parameter can take its value from what fits it. */
export function TakeFrom({ id, port, title }: Props) {
  const t = useTranslations("workflows.panel");
  const workflow = useDesigner((state) => state.workflow);
  const edit = useDesigner((state) => state.edit);
  const { apps, mayEdit } = useDesignerFacts();
  const label = useSourceLabel();
  const target = { node: id, port };
  const bound = workflow.steps[id]?.with[port];
  const links = linksOf(bound);
  const choose = (from: string) => {
    if (from === NEW_INPUT) return edit((now) => feedFromInput(now, id, port, apps));
    if (from === BY_HAND) return edit((now) => setBinding(now, id, port, undefined));
    edit((now) => connect(now, apps, from, target));
  };
  const choices = [
    { value: BY_HAND, label: links.length > 1 ? t("takeAnother") : t("byHand") },
    ...sourcesFor(workflow, apps, target).map(({ from, scatter }) => ({
      value: from,
      label: scatter ? t("eachOf", { from: label(workflow, apps, from) }) : label(workflow, apps, from),
    })),
    { value: NEW_INPUT, label: t("newInput") },
  ];
  const [only] = links;
  return (
    <div className="grid gap-1">
      {links.length > 1
        ? links.map((from) => (
            <div key={from} className="flex items-center gap-2 rounded-md bg-soft px-2 py-0.5 text-xs">
              <span className="min-w-0 flex-1 truncate">{label(workflow, apps, from)}</span>
              <Button
                look="quiet"
                size="icon"
                className="size-6"
                aria-label={t("unlink", { from: label(workflow, apps, from) })}
                disabled={!mayEdit}
                onClick={() => edit((now) => disconnect(now, from, target))}
              >
                <X aria-hidden="true" />
              </Button>
            </div>
          ))
        : null}
      <Select
        aria-label={t("takeFrom", { title })}
        className="[&_select]:h-7 [&_select]:border-line [&_select]:text-xs [&_select]:text-dim"
        choices={choices}
        disabled={!mayEdit}
        value={links.length === 1 && only ? only : BY_HAND}
        onChange={choose}
      />
    </div>
  );
}
