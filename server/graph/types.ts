import type { Parameter, ValueKind } from "./app";
import { type ProblemCode, problemMessage } from "./checks/problem";
import type { Problem, TypeName, WorkflowInput } from "./workflow";

/** What stands at a port; `nested` is the list of lists that a scattered list output would be. */
export type PortType = {
  kind: ValueKind;
  list: boolean;
  items?: "file" | undefined;
  mediaType?: string | undefined;
  nested?: boolean;
};

/** `scatter`: the step has to run once for each element; `takesFiles`: a folder is taken as the list of its files. */
export type Connection =
  | { ok: true; scatter?: boolean; takesFiles?: boolean }
  | { ok: false; code: ProblemCode; message: Problem["message"] };

export const typeOf = (parameter: Parameter): PortType => ({
  kind: parameter.kind,
  list: parameter.list,
  items: parameter.items,
  mediaType: parameter.mediaType,
});

export function parseTypeName(name: TypeName): { kind: ValueKind; list: boolean } {
  const list = name.endsWith("[]");
  return { kind: (list ? name.slice(0, -2) : name) as ValueKind, list };
}

/** A folder given to a run may always be taken as its files: nobody declared otherwise. */
export function typeOfInput(input: WorkflowInput): PortType {
  const { kind, list } = parseTypeName(input.type);
  return { kind, list, items: kind === "directory" ? "file" : undefined, mediaType: input.mediaType };
}

/** The type of an output when its step runs once for each element of a list. */
export function scatteredType(type: PortType): PortType {
  return type.list ? { ...type, nested: true } : { ...type, list: true, items: undefined };
}

export const elementType = (type: PortType): PortType => ({ ...type, list: false });

/** `file[]`, `integer` …, with the media type where one is declared. */
export function typeLabel(type: PortType): string {
  const name = `${type.kind}${type.list ? "[]" : ""}${type.nested ? "[]" : ""}`;
  return type.mediaType ? `${name} (${type.mediaType})` : name;
}

const refuse = (code: ProblemCode, from: string, to: string): Connection => ({
  ok: false,
  code,
  message: problemMessage(code, { from, to }),
});

/** Whether an output may be linked to an input; canvas, server and command line all ask here. */
export function canConnect(from: PortType, to: PortType): Connection {
  const takesFiles = givesFiles(from, to);
  const isList = from.list || takesFiles;
  if (from.nested || (takesFiles && from.list)) return refuse("type.nested_list", typeLabel(from), typeLabel(to));
  if (!(takesFiles || kindFits(from.kind, to.kind)))
    return refuse("type.kind_mismatch", typeLabel(from), typeLabel(to));
  if (!mediaTypesMeet(from.mediaType, to.mediaType)) {
    return refuse("type.media_mismatch", from.mediaType ?? "", to.mediaType ?? "");
  }
  return { ok: true, ...(isList && !to.list ? { scatter: true } : {}), ...(takesFiles ? { takesFiles } : {}) };
}

const givesFiles = (from: PortType, to: PortType) =>
  from.kind === "directory" && to.kind === "file" && from.items === "file";

const kindFits = (from: ValueKind, to: ValueKind) => from === to || (from === "integer" && to === "number");

/** True when a file of the one type can be one of the other; an undeclared type and a wildcard meet everything they cover. */
export function mediaTypesMeet(from: string | undefined, to: string | undefined): boolean {
  if (isUndeclared(from) || isUndeclared(to)) return true;
  const [fromType, fromSub] = mediaTypeParts(from);
  const [toType, toSub] = mediaTypeParts(to);
  return partMeets(fromType, toType) && partMeets(fromSub, toSub);
}

/** "Some bytes" is what browsers and tools say when they do not know. */
const isUndeclared = (mediaType: string | undefined): mediaType is undefined =>
  !mediaType || mediaType === "application/octet-stream";

function mediaTypeParts(mediaType: string): [string, string] {
  const [type = "*", sub = "*"] = (mediaType.split(";")[0] ?? "").trim().toLowerCase().split("/");
  return [type, sub];
}

const partMeets = (one: string, other: string) => one === other || one === "*" || other === "*";
