"use client";

import { ChevronDown, Download, History } from "lucide-react";
import { useTranslations } from "next-intl";
import { useDesigner } from "#components/designer/designer-store";
import { CopyButton } from "#components/marks/copy-button";
import { RelativeTime } from "#components/marks/time";
import { Button } from "#components/ui/button";
import { Menu, MenuItem, MenuLabel, MenuLine } from "#components/ui/menu";
import type { Workflow } from "#server/graph/workflow";
import type { WorkflowDraft } from "#server/protocol/run-rows";

/** Published versions, and the document as a file. */
export function WorkflowMenu({ draft }: { draft: WorkflowDraft }) {
  const t = useTranslations("workflows.menu");
  const workflow = useDesigner((state) => state.workflow);
  const newest = draft.versions[0];
  return (
    <Menu
      trigger={
        <Button>
          <History aria-hidden="true" />
          {newest ? t("version", { version: newest.version }) : t("versions")}
          <ChevronDown aria-hidden="true" />
        </Button>
      }
    >
      <MenuLabel>{t("versions")}</MenuLabel>
      {draft.versions.length === 0 ? <p className="max-w-60 px-2.5 py-1 text-sm text-dim">{t("none")}</p> : null}
      {draft.versions.map((version) => (
        <div key={version.version} className="flex items-center gap-2 px-2.5 py-0.5 text-sm">
          <span className="font-semibold">{t("version", { version: version.version })}</span>
          <RelativeTime at={version.publishedAt} className="flex-1 text-xs text-dim" />
          <CopyButton text={version.digest} label={t("copyDigest", { version: version.version })} />
        </div>
      ))}
      <MenuLine />
      <MenuItem onSelect={() => saveDocument(workflow)}>
        <Download aria-hidden="true" />
        {t("export")}
      </MenuItem>
    </Menu>
  );
}

/** Saves the document as a file that imports anywhere; the name keeps what file systems allow. */
function saveDocument(workflow: Workflow) {
  const title = workflow.title.ko || workflow.title.en || "workflow";
  const anchor = document.createElement("a");
  anchor.href = URL.createObjectURL(new Blob([`${JSON.stringify(workflow, null, 2)}\n`], { type: "application/json" }));
  anchor.download = `${title.replace(/[\\/:*?"<>|\p{Cc}]+/gu, "_").slice(0, 80)}.json`;
  anchor.click();
  URL.revokeObjectURL(anchor.href);
}
