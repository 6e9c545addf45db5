import { z } from "zod";
import { clusterName } from "./app";
import { bilingual } from "./text";

export const stepId = z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/);
export const portName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,79}$/);

/** The types of workflow inputs; a `[]` behind it is a list. */
export const typeName = z.enum([
  "file",
  "directory",
  "string",
  "integer",
  "number",
  "boolean",
  "file[]",
  "directory[]",
  "string[]",
  "integer[]",
  "number[]",
  "boolean[]",
]);
export type TypeName = z.infer<typeof typeName>;

/** `inputs.NAME` or `STEP.PORT`. */
export const link = z.strictObject({ from: z.string().regex(/^[a-z][a-z0-9_-]{0,39}\.[A-Za-z_][A-Za-z0-9_]{0,79}$/) });
export type Link = z.infer<typeof link>;

const scalar = z.union([z.string().max(100_000), z.number(), z.boolean(), z.null()]);

/** A file that stands in a framework's store, named by its content. */
export const fileValue = z.strictObject({
  kind: z.literal("file"),
  name: z.string().min(1).max(255),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.int().min(0),
  mediaType: z.string().max(200).optional(),
});
export type FileValue = z.infer<typeof fileValue>;

/** A folder as the list of its files, each with its path inside the folder. */
export const directoryValue = z.strictObject({
  kind: z.literal("directory"),
  name: z.string().min(1).max(255),
  files: z.array(fileValue.extend({ path: z.string().min(1).max(1000) })).max(10_000),
});
export type DirectoryValue = z.infer<typeof directoryValue>;

const element = z.union([scalar, fileValue, directoryValue]);
/** Anything that can stand at a port: a scalar, a file, a folder, or a list of them. */
export const value = z.union([element, z.array(element).max(10_000)]);
export type Value = z.infer<typeof value>;

export const binding = z.union([link, value, z.array(z.union([link, element])).max(1000)]);
export type Binding = z.infer<typeof binding>;

const workflowInput = z.strictObject({
  type: typeName,
  title: bilingual.optional(),
  default: value.optional(),
  mediaType: z.string().max(200).optional(),
});
export type WorkflowInput = z.infer<typeof workflowInput>;

export const placementChoice = z.enum(["auto", "home", "remote"]);

/** `cluster/name`, with `@version` or `@sha256:…` when pinned. */
export const appRef = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}\/[a-z][a-z0-9-]{0,62}(@(sha256:[0-9a-f]{64}|[A-Za-z0-9][A-Za-z0-9._+-]{0,63}))?$/);

export const appStep = z.strictObject({
  app: appRef,
  title: bilingual.optional(),
  with: z.record(portName, binding).default({}),
  placement: placementChoice.default("auto"),
  retry: z.strictObject({ attempts: z.int().min(1).max(10) }).default({ attempts: 1 }),
  cache: z.boolean().default(false),
  scatter: z.array(portName).max(50).optional(),
  when: z.string().max(2000).optional(),
});
export type AppStep = z.infer<typeof appStep>;

export const position = z.strictObject({ x: z.number(), y: z.number() });

/** A workflow as people write, store, exchange and submit it: `krdc.workflow/v1`. `layout` never changes what runs. */
export const workflow = z.strictObject({
  schema: z.literal("krdc.workflow/v1"),
  title: bilingual,
  description: bilingual.optional(),
  inputs: z.record(portName, workflowInput).default({}),
  steps: z.record(stepId, appStep),
  outputs: z.record(portName, link).default({}),
  layout: z.record(z.string().max(80), position).default({}),
});
export type Workflow = z.infer<typeof workflow>;

/** One thing that is wrong, where, and in words a person can act on. `path` is the JSON path, e.g. `steps.trend.with.window`. */
export type Problem = { path: string; code: string; message: { ko: string; en: string } };

/** Splits `cluster/name@version`. */
export function parseAppRef(ref: string): { cluster: string; name: string; version?: string; digest?: string } {
  const at = ref.indexOf("@");
  const path = at < 0 ? ref : ref.slice(0, at);
  const pin = at < 0 ? "" : ref.slice(at + 1);
  const slash = path.indexOf("/");
  const base = { cluster: clusterName.parse(path.slice(0, slash)), name: path.slice(slash + 1) };
  if (!pin) return base;
  return pin.startsWith("sha256:") ? { ...base, digest: pin } : { ...base, version: pin };
}

/** Splits `STEP.PORT` or `inputs.NAME`. */
export function parseLink(from: string): { step: string; port: string } {
  const dot = from.indexOf(".");
  return { step: from.slice(0, dot), port: from.slice(dot + 1) };
}

export const isLink = (bound: unknown): bound is Link =>
  typeof bound === "object" && bound !== null && !Array.isArray(bound) && "from" in bound;
