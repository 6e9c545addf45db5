"use client";

import { useMutation } from "@tanstack/react-query";
import { FileText, Folder, Upload, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { codeOf } from "#components/api/call-api";
import type { UploadFile } from "#components/api/upload";
import type { Ids } from "#components/form/field";
import { Bytes } from "#components/marks/bytes";
import { Progress } from "#components/marks/meter";
import { useReason } from "#components/marks/words";
import { Button } from "#components/ui/button";
import { cn } from "#components/ui/class-names";
import { Notice } from "#components/ui/empty-state";
import type { Parameter } from "#server/graph/app";
import type { DirectoryValue, FileValue, Value } from "#server/graph/workflow";
import { SampleChoice } from "./sample-choice";
import { uploadAll, valueOfUploads } from "./upload-all";

type Data = FileValue | DirectoryValue;

type Props = {
  ids: Ids;
  parameter: Parameter;
  value: Value | undefined;
  onChange: (value: Value | undefined) => void;
  uploadFile: UploadFile | undefined;
};

const isData = (item: unknown): item is Data => typeof item === "object" && item !== null && "kind" in item;

function dataOf(value: Value | undefined): Data[] {
  return (Array.isArray(value) ? value : [value]).filter(isData);
}

/** Picks files or a folder and uploads them at once, so that the run starts without waiting for them. */
export function FileField({ ids, parameter, value, onChange, uploadFile }: Props) {
  const t = useTranslations("parameters");
  const reason = useReason();
  const [moving, setMoving] = useState<{ name: string; share: number }>();
  const held = dataOf(value);
  const upload = useMutation({
    mutationFn: async (files: File[]) => {
      if (!uploadFile) return;
      const uploaded = await uploadAll(files, uploadFile, (name, share) => setMoving({ name, share }));
      onChange(valueOfUploads(parameter, uploaded, held));
    },
    onSettled: () => setMoving(undefined),
  });
  const drop = (at: number) => {
    const left = held.filter((_, index) => index !== at);
    onChange(left.length === 0 ? undefined : left);
  };
  if (!uploadFile && held.length === 0) {
    return (
      <output {...ids} className="block text-xs text-dim">
        {t("noUpload")}
      </output>
    );
  }
  return (
    <div className="grid gap-1.5">
      {held.map((item, index) => (
        <Held
          key={`${item.name}-${"sha256" in item ? item.sha256 : "folder"}`}
          item={item}
          onRemove={() => drop(index)}
        />
      ))}
      {uploadFile ? (
        <Picker
          ids={ids}
          parameter={parameter}
          again={held.length > 0}
          busy={upload.isPending}
          onPick={upload.mutate}
        />
      ) : null}
      {uploadFile && parameter.kind === "file" ? (
        <SampleChoice parameter={parameter} busy={upload.isPending} onPick={(file) => upload.mutate([file])} />
      ) : null}
      {moving ? (
        <Progress
          value={moving.share}
          label={t("uploading", { name: moving.name, percent: Math.round(moving.share * 100) })}
        />
      ) : null}
      {upload.isError ? (
        <Notice tone="bad">
          {t("uploadFailed", { name: upload.variables[0]?.name ?? "", why: reason(codeOf(upload.error)) })}
        </Notice>
      ) : null}
    </div>
  );
}

function Held({ item, onRemove }: { item: Data; onRemove: () => void }) {
  const t = useTranslations("parameters");
  const ui = useTranslations("ui");
  const isFolder = item.kind === "directory";
  return (
    <span className="flex h-8 items-center gap-2 rounded-md border border-line bg-soft pl-2.5 text-sm">
      {isFolder ? (
        <Folder aria-hidden="true" className="size-4 text-dim" />
      ) : (
        <FileText aria-hidden="true" className="size-4 text-dim" />
      )}
      <span className="min-w-0 flex-1 truncate">
        {isFolder ? t("folderFiles", { name: item.name, count: item.files.length }) : item.name}
      </span>
      {isFolder ? null : <Bytes value={item.size} className="numbers text-xs text-dim" />}
      <Button look="quiet" size="icon" aria-label={`${ui("remove")}: ${item.name}`} onClick={onRemove}>
        <X aria-hidden="true" />
      </Button>
    </span>
  );
}

type PickerProps = {
  ids: Ids;
  parameter: Parameter;
  again: boolean;
  busy: boolean;
  onPick: (files: File[]) => void;
};

function Picker({ ids, parameter, again, busy, onPick }: PickerProps) {
  const t = useTranslations("parameters");
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const isFolder = parameter.kind === "directory";
  const first = isFolder ? t("chooseFolder") : parameter.list ? t("chooseFiles") : t("chooseFile");
  const take = (files: FileList | null) => {
    if (files && files.length > 0) onPick([...files]);
    if (input.current) input.current.value = "";
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the file input inside takes keyboard and focus
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        if (!busy) take(event.dataTransfer.files);
      }}
      className={cn(
        "relative flex min-h-8 items-center gap-2 rounded-md border border-dashed border-edge px-2.5 py-1 text-sm text-dim focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent hover:bg-soft",
        over && "border-accent bg-accent-soft",
        busy && "opacity-60",
      )}
    >
      <Upload aria-hidden="true" className="size-4" />
      <span className="font-medium text-ink">{again && !parameter.list ? t("replaceFile") : first}</span>
      {isFolder ? null : <span className="text-xs max-sm:hidden">{t("dropHere")}</span>}
      <input
        {...ids}
        ref={input}
        type="file"
        disabled={busy}
        multiple={parameter.list}
        {...(isFolder ? { webkitdirectory: "" } : {})}
        onChange={(event) => take(event.target.files)}
        className="absolute inset-0 cursor-pointer opacity-0"
      />
    </div>
  );
}
