"use client";

import { LayoutGrid, Play, Redo2, Undo2 } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { PublishButton } from "#components/designer-run/publish-button";
import { WorkflowMenu } from "#components/designer-run/workflow-menu";
import { useBilingual } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { Chip, type ChipLook } from "#components/ui/chip";
import type { WorkflowDraft } from "#server/protocol/run-rows";
import type { SaveState } from "./autosave";
import { useDesignerFacts } from "./designer-facts";
import { useDesigner, useHistory } from "./designer-store";
import type { Commands } from "./use-commands";

const looks: Record<SaveState, ChipLook> = {
  saved: "plain",
  unsaved: "plain",
  saving: "plain",
  failed: "warn",
  conflict: "bad",
};

type Props = {
  draft: WorkflowDraft;
  saved: SaveState;
  commands: Commands;
  onRun: () => void;
  /** Publishing and running take what is saved: this waits for it. */
  beforeLeaving: () => Promise<void>;
};

export function DesignerBar({ draft, saved, commands, onRun, beforeLeaving }: Props) {
  const t = useTranslations("workflows.bar");
  const say = useBilingual();
  const title = useDesigner((state) => state.workflow.title);
  const choose = useDesigner((state) => state.choose);
  const { mayEdit } = useDesignerFacts();
  const past = useHistory((history) => history.pastStates.length);
  const future = useHistory((history) => history.futureStates.length);
  return (
    <header className="flex min-h-12 flex-wrap items-center gap-2 border-b border-line bg-card px-4 py-1.5">
      <h1 className="min-w-0 text-base font-semibold">
        <button
          type="button"
          className="max-w-[36ch] truncate hover:underline"
          title={t("rename")}
          onClick={() => choose([])}
        >
          {say(title) || t("untitled")}
        </button>
      </h1>
      <span role="status">
        <Chip look={mayEdit ? looks[saved] : "plain"}>{mayEdit ? t(`state.${saved}`) : t("readOnly")}</Chip>
      </span>
      <span className="flex-1" />
      {mayEdit ? (
        <>
          <Tool
            label={t("undo")}
            disabled={past === 0}
            onPress={() => commands.undo()}
            icon={<Undo2 aria-hidden="true" />}
          />
          <Tool
            label={t("redo")}
            disabled={future === 0}
            onPress={() => commands.redo()}
            icon={<Redo2 aria-hidden="true" />}
          />
          <Button onClick={commands.arrange} className="max-lg:hidden">
            <LayoutGrid aria-hidden="true" />
            {t("arrange")}
          </Button>
        </>
      ) : null}
      <WorkflowMenu draft={draft} />
      {mayEdit ? <PublishButton id={draft.id} beforeLeaving={beforeLeaving} /> : null}
      <Button look="go" onClick={onRun}>
        <Play aria-hidden="true" />
        {t("run")}
      </Button>
    </header>
  );
}

type ToolProps = { label: string; disabled: boolean; onPress: () => void; icon: ReactNode };

function Tool({ label, disabled, onPress, icon }: ToolProps) {
  return (
    <Button look="quiet" size="icon" aria-label={label} title={label} disabled={disabled} onClick={onPress}>
      {icon}
    </Button>
  );
}
