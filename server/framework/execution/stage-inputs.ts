import { chmod, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { KrdcError } from "#server/errors";
import type { Parameter } from "#server/graph/app";
import type { DirectoryValue, FileValue, Value } from "#server/graph/workflow";
import { copyStored } from "../storage/store";

/** A parameter's value as the program gets it: files and folders have become paths. */
export type PlainValue = string | number | boolean | (string | number | boolean)[];

const extensions: Record<string, string> = {
  "text/csv": ".csv",
  "text/plain": ".txt",
  "text/x-fasta": ".fasta",
  "text/tab-separated-values": ".tsv",
  "application/json": ".json",
  "image/png": ".png",
  "image/svg+xml": ".svg",
  "application/pdf": ".pdf",
};

/** The name that an output file gets when its app does not choose one. */
const outputName = (parameter: Pick<Parameter, "name" | "mediaType">) =>
  `${parameter.name}${extensions[parameter.mediaType ?? ""] ?? ""}`;

const isSafeName = (name: string) =>
  name !== "" && name !== "." && name !== ".." && !/[/\0]/.test(name) && Buffer.byteLength(name) <= 255;

function safe(name: string): string {
  if (!isSafeName(name)) throw new KrdcError("unprocessable", "storage.bad_file_name", { detail: { name } });
  return name;
}

async function stageFile(store: string, folder: string, file: FileValue): Promise<string> {
  const path = join(folder, safe(file.name));
  await copyStored(store, file.sha256, path);
  await chmod(path, 0o444);
  return path;
}

async function stageDirectory(store: string, folder: string, directory: DirectoryValue): Promise<string> {
  const root = join(folder, safe(directory.name));
  await mkdir(root, { recursive: true });
  for (const file of directory.files) {
    const path = join(root, ...file.path.split("/").map(safe));
    await copyStored(store, file.sha256, path);
  }
  return root;
}

async function stageOne(store: string, folder: string, bound: Value): Promise<PlainValue | undefined> {
  if (bound === null) return undefined;
  if (typeof bound !== "object") return bound;
  if (Array.isArray(bound)) {
    const parts: (string | number | boolean)[] = [];
    for (const [index, item] of bound.entries()) {
      // Elements may share a name, so each has a folder of its own.
      const part = await stageOne(store, join(folder, String(index + 1).padStart(4, "0")), item);
      if (part !== undefined && !Array.isArray(part)) parts.push(part);
    }
    return parts;
  }
  return bound.kind === "file" ? stageFile(store, folder, bound) : stageDirectory(store, folder, bound);
}

async function stageOutput(task: string, parameter: Parameter): Promise<string | undefined> {
  if (parameter.kind !== "file" && parameter.kind !== "directory") return undefined;
  const folder = join(task, "out", parameter.name);
  await mkdir(folder, { recursive: true });
  return parameter.kind === "directory" ? folder : join(folder, outputName(parameter));
}

/**
 * Lays out a task's folder: inputs at `in/<port>/<original name>`, output folders at `out/<port>`, and answers the
 * values with paths instead of files, output paths included.
 */
export async function stageInputs(
  store: string,
  task: string,
  parameters: Parameter[],
  values: Record<string, Value>,
): Promise<Record<string, PlainValue>> {
  await rm(join(task, "in"), { recursive: true, force: true });
  await rm(join(task, "out"), { recursive: true, force: true });
  await mkdir(join(task, "tmp"), { recursive: true });
  const plain: Record<string, PlainValue> = {};
  for (const parameter of parameters) {
    const staged =
      parameter.port === "out"
        ? await stageOutput(task, parameter)
        : await stageOne(store, join(task, "in", parameter.name), values[parameter.name] ?? null);
    if (staged !== undefined) plain[parameter.name] = staged;
  }
  return plain;
}
