"use client";

import type { Value } from "#server/graph/workflow";
import { FileLinks, type RunFile } from "./file-links";

/** Any value that stood at a port: files as links, everything else as it was written. */
export function ValueText({ run, value }: { run: string; value: Value }) {
  const files = filesOf(value);
  if (files.length > 0) return <FileLinks run={run} files={files} />;
  return (
    <code className="font-mono text-xs break-all">{typeof value === "string" ? value : JSON.stringify(value)}</code>
  );
}

function filesOf(value: unknown): RunFile[] {
  if (Array.isArray(value)) return value.flatMap(filesOf);
  if (typeof value !== "object" || value === null || !("kind" in value)) return [];
  const held = value as { kind: string } & RunFile & { files?: (RunFile & { path: string })[] };
  if (held.kind === "directory") return (held.files ?? []).map((file) => ({ ...file, name: file.path }));
  return held.kind === "file" ? [held] : [];
}
