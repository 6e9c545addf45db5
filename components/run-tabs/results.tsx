"use client";

import { useTranslations } from "next-intl";
import { EmptyState } from "#components/ui/empty-state";
import type { RunView } from "#server/protocol/run-view";
import { FileLinks } from "./file-links";
import { Preview } from "./preview";
import { ValueText } from "./value-text";

/** What the run gave, shown where it can be shown, and ready to take along. */
export function Results({ run }: { run: RunView }) {
  const t = useTranslations("runs.results");
  const given = run.outputs.filter((output) => output.files.length > 0 || output.value !== null);
  if (given.length === 0) {
    const declared = Object.keys(run.document.outputs).length > 0;
    return (
      <EmptyState title={run.endedAt ? t("noneTitle") : t("notYetTitle")}>
        {declared ? (run.endedAt ? t("noneText") : t("notYetText")) : t("notDeclared")}
      </EmptyState>
    );
  }
  return (
    <div className="grid gap-5">
      {given.map((output) => (
        <section key={output.name} aria-label={output.name}>
          <h3 className="mb-1 text-sm font-semibold">{output.name}</h3>
          {output.value !== null && output.files.length === 0 ? <ValueText run={run.id} value={output.value} /> : null}
          {output.files.slice(0, MOST_PREVIEWS).map((file, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a list may hold the same file twice, and never changes order
            <Preview key={`${file.sha256}${at}`} run={run.id} file={file} />
          ))}
          <FileLinks run={run.id} files={output.files} />
        </section>
      ))}
    </div>
  );
}

const MOST_PREVIEWS = 12;
