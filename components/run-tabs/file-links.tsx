"use client";

import { Download } from "lucide-react";
import { useTranslations } from "next-intl";
import { bytesText } from "#components/marks/bytes";
import { CopyButton } from "#components/marks/copy-button";

export type RunFile = { name: string; sha256: string; size: number; mediaType?: string | undefined };

/** The portal streams a run's file from the home cluster; `preview` asks for it to be shown, not saved. */
export function filePath(run: string, file: RunFile, preview = false): string {
  const query = new URLSearchParams({ name: file.name, ...(preview ? { preview: "1" } : {}) });
  return `/api/v1/runs/${run}/files/${file.sha256}?${query}`;
}

/** Files to take along, each with its size and digest. */
export function FileLinks({ run, files }: { run: string; files: readonly RunFile[] }) {
  const t = useTranslations("runs.results");
  return (
    <ul className="grid gap-1">
      {files.map((file, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two outputs of a step may have the same name and content
        <li key={`${file.sha256}${at}`} className="numbers flex min-h-8 items-center gap-2 text-sm">
          <a
            href={filePath(run, file)}
            download={file.name}
            className="inline-flex min-w-0 items-center gap-1.5 text-accent hover:underline"
          >
            <Download aria-hidden="true" className="size-4 shrink-0" />
            <span className="truncate">{file.name}</span>
          </a>
          <span className="shrink-0 text-dim">{bytesText(file.size)}</span>
          <span className="ml-auto font-mono text-xs text-faint" title={file.sha256}>
            {file.sha256.slice(0, 10)}…
          </span>
          <CopyButton text={file.sha256} label={t("copyDigest", { name: file.name })} />
        </li>
      ))}
    </ul>
  );
}
