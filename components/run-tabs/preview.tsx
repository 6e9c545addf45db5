"use client";

import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { refusalFrom } from "#components/api/call-api";
import { Skeleton } from "#components/ui/skeleton";
import { Table, Td, Th, Tr } from "#components/ui/table";
import { filePath, type RunFile } from "./file-links";
import { kindOfFile, type PreviewKind } from "./preview-kind";
import { readTable } from "./read-table";

const READ_BYTES = 2_000_000;
const SHOWN_CHARACTERS = 200_000;
const SHOWN_ROWS = 100;

/** A look into a file without taking it along; files that cannot be shown say so. */
export function Preview({ run, file }: { run: string; file: RunFile }) {
  const t = useTranslations("runs.results");
  const kind = kindOfFile(file);
  if (kind === undefined) return null;
  if (kind === "image") return <Picture run={run} file={file} />;
  if (file.size > READ_BYTES) return <p className="my-1 text-xs text-dim">{t("tooLarge")}</p>;
  return <TextPreview run={run} file={file} kind={kind} />;
}

function Picture({ run, file }: { run: string; file: RunFile }) {
  const t = useTranslations("runs.results");
  const [broken, setBroken] = useState(false);
  if (broken) return <p className="my-1 text-xs text-dim">{t("broken")}</p>;
  return (
    <a href={filePath(run, file, true)} target="_blank" rel="noreferrer" title={t("open")}>
      {/* biome-ignore lint/performance/noImgElement: a run's result is streamed from its cluster and must not pass an optimiser */}
      <img
        src={filePath(run, file, true)}
        alt={file.name}
        loading="lazy"
        onError={() => setBroken(true)}
        className="my-1 max-h-[420px] max-w-full rounded-md border border-line bg-white"
      />
    </a>
  );
}

type TextProps = { run: string; file: RunFile; kind: Exclude<PreviewKind, "image"> };

function TextPreview({ run, file, kind }: TextProps) {
  const t = useTranslations("runs.results");
  const { data, isPending, isError } = useQuery({
    queryKey: ["file", run, file.sha256],
    queryFn: async ({ signal }) => {
      const response = await fetch(filePath(run, file), { signal });
      if (!response.ok) throw refusalFrom(response.status, await response.text());
      return response.text();
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (isPending) return <Skeleton className="my-1 h-24" />;
  if (isError) return <p className="my-1 text-xs text-bad">{t("broken")}</p>;
  if (kind === "csv" || kind === "tsv")
    return <TablePreview text={data} separator={kind === "csv" ? "," : "\t"} label={file.name} />;
  const text = kind === "json" ? prettyJson(data) : data;
  return (
    <pre className="my-1 max-h-72 overflow-auto rounded-md border border-line bg-soft p-3 font-mono text-xs">
      {text.slice(0, SHOWN_CHARACTERS)}
      {text.length > SHOWN_CHARACTERS ? `\n… ${t("cut")}` : ""}
    </pre>
  );
}

function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function TablePreview({ text, separator, label }: { text: string; separator: "," | "\t"; label: string }) {
  const t = useTranslations("runs.results");
  const { rows, more } = readTable(text, separator, SHOWN_ROWS + 1);
  const [head = [], ...body] = rows;
  return (
    <div className="my-1 max-h-80 overflow-y-auto">
      <Table label={label} className="text-xs">
        <thead>
          <tr>
            {head.map((cell, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: columns may share a name, and never change order
              <Th key={at}>{cell}</Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {body.map((row, line) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a finished file never change order
            <Tr key={line}>
              {row.map((cell, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: cells of a finished file never change order
                <Td key={at} className="h-7 py-0.5">
                  {cell}
                </Td>
              ))}
            </Tr>
          ))}
        </tbody>
      </Table>
      {more ? <p className="mt-1 text-xs text-dim">{t("moreRows", { count: SHOWN_ROWS })}</p> : null}
    </div>
  );
}
