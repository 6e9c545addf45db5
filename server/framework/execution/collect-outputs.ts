import { constants } from "node:fs";
import { lstat, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Parameter } from "#server/graph/app";
import type { FileValue, Value } from "#server/graph/workflow";
import type { Reason } from "#server/protocol/run-view";
import { storeFile } from "../storage/store";

export type Collected = { outputs: Record<string, Value> } | { refused: Reason };

type Found = { path: string; relative: string };

const maxFiles = 10_000;
const refused = (code: string, detail: Record<string, unknown>): { refused: Reason } => ({ refused: { code, detail } });

/** Bytes that are no UTF-8 become a mark by which the name is refused: no other system could be told it. */
const asText = (name: Buffer) => name.toString("utf8");

/** Regular files below a folder in a stable order; links and devices are nothing that an app may hand on. */
async function listFiles(folder: string, below = ""): Promise<Found[] | { odd: string }> {
  const found: Found[] = [];
  const names = (await readdir(join(folder, below), { encoding: "buffer" })).map(asText).sort();
  for (const name of names) {
    const relative = below ? `${below}/${name}` : name;
    const more = await listOne(folder, relative);
    if ("odd" in more) return more;
    found.push(...more);
    if (found.length > maxFiles) return { odd: relative };
  }
  return found;
}

async function listOne(folder: string, relative: string): Promise<Found[] | { odd: string }> {
  if (relative.includes("\uFFFD")) return { odd: relative };
  const path = join(folder, relative);
  const facts = await lstat(path);
  if (facts.isDirectory()) return listFiles(folder, relative);
  return facts.isFile() ? [{ path, relative }] : { odd: relative };
}

const nameOf = (relative: string) => relative.slice(relative.lastIndexOf("/") + 1);

async function keep(store: string, found: Found, mediaType: string | undefined, maxBytes: number): Promise<FileValue> {
  const stored = await storeFile(store, found.path, maxBytes);
  return { kind: "file", name: nameOf(found.relative), ...stored, ...(mediaType ? { mediaType } : {}) };
}

async function collectPort(
  store: string,
  task: string,
  parameter: Parameter,
  maxBytes: number,
): Promise<Value | { refused: Reason }> {
  const port = parameter.name;
  const found = await listFiles(join(task, "out", port));
  if ("odd" in found) return refused("app.output_not_a_file", { port, name: found.odd });
  if (parameter.kind === "directory") {
    const files = [];
    for (const file of found) {
      files.push({ ...(await keep(store, file, undefined, maxBytes)), path: file.relative });
    }
    return { kind: "directory", name: port, files };
  }
  const [first, ...more] = found;
  if (!first) return refused("app.output_missing", { port });
  if (more.length > 0) return refused("app.output_not_single", { port, count: found.length });
  return keep(store, first, parameter.mediaType, maxBytes);
}

const flat = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

function fits(parameter: Parameter, found: unknown): found is string | number | boolean {
  switch (parameter.kind) {
    case "integer":
      return Number.isSafeInteger(found);
    case "number":
      return typeof found === "number";
    case "boolean":
      return typeof found === "boolean";
    default:
      return typeof found === "string";
  }
}

const maxValuesBytes = 1024 * 1024;

/** Only a small regular file is read: an app may have left a pipe, a link or something endless under this name. */
async function readValues(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    () => undefined,
  );
  if (!file) return "{}";
  try {
    const facts = await file.stat();
    return facts.isFile() && facts.size <= maxValuesBytes ? await file.readFile("utf8") : "";
  } finally {
    await file.close();
  }
}

async function collectValues(
  task: string,
  declared: Parameter[],
): Promise<Record<string, Value> | { refused: Reason }> {
  if (declared.length === 0) return {};
  let read: Record<string, unknown>;
  try {
    read = flat.parse(JSON.parse(await readValues(join(task, "outputs.json"))));
  } catch {
    return refused("app.values_not_flat_json", {});
  }
  const values: Record<string, Value> = {};
  for (const parameter of declared) {
    const found = read[parameter.name];
    if (!fits(parameter, found)) return refused("app.value_missing", { port: parameter.name, kind: parameter.kind });
    values[parameter.name] = found;
  }
  return values;
}

const isRefused = (item: unknown): item is { refused: Reason } =>
  typeof item === "object" && item !== null && "refused" in item;

/** Takes what an app left at its output ports into the store, or says which promise of its interface it broke. */
export async function collectOutputs(
  store: string,
  task: string,
  parameters: Parameter[],
  maxBytes: number,
): Promise<Collected> {
  const declared = parameters.filter((parameter) => parameter.port === "out");
  const isArtifact = (parameter: Parameter) => parameter.kind === "file" || parameter.kind === "directory";
  const values = await collectValues(
    task,
    declared.filter((parameter) => !isArtifact(parameter)),
  );
  if (isRefused(values)) return values;
  const outputs: Record<string, Value> = { ...values };
  for (const parameter of declared.filter(isArtifact)) {
    const collected = await collectPort(store, task, parameter, maxBytes);
    if (isRefused(collected)) return collected;
    outputs[parameter.name] = collected;
  }
  return { outputs };
}
