import type { Parameter } from "../app";
import { elementType, mediaTypesMeet, type PortType, typeLabel } from "../types";
import type { DirectoryValue, FileValue, Problem, Value } from "../workflow";
import { problemAt } from "./problem";

/** Whether a value has the type of a port: its kind, whether it is a list, its media type and safe file names. */
export function checkType(type: PortType, value: Value, path: string): Problem[] {
  if (!type.list) return checkElement(type, value, path);
  if (!Array.isArray(value)) return [problemAt(path, "value.not_a_list", { expected: typeLabel(elementType(type)) })];
  return value.flatMap((element, at) => checkElement(elementType(type), element, `${path}.${at}`));
}

function checkElement(type: PortType, value: Value, path: string): Problem[] {
  if (!hasKind(type, value)) return [problemAt(path, "value.wrong_type", { expected: typeLabel(type) })];
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  if (value.kind === "file") return checkFile(type, value, path);
  return checkFolder(type, value, path);
}

function hasKind(type: PortType, value: Value): boolean {
  switch (type.kind) {
    case "file":
    case "directory":
      return typeof value === "object" && value !== null && !Array.isArray(value) && value.kind === type.kind;
    case "integer":
      return Number.isSafeInteger(value);
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    case "string":
    case "boolean":
      return typeof value === type.kind;
  }
}

function checkFile(type: PortType, file: FileValue, path: string): Problem[] {
  if (!isSafeName(file.name)) return [problemAt(path, "value.bad_file_name", { name: file.name })];
  if (mediaTypesMeet(file.mediaType, type.mediaType)) return [];
  return [problemAt(path, "value.media_type", { expected: type.mediaType ?? "", actual: file.mediaType ?? "" })];
}

function checkFolder(type: PortType, folder: DirectoryValue, path: string): Problem[] {
  const unsafe = [folder.name, ...folder.files.flatMap((file) => file.path.split("/"))].find(
    (name) => !isSafeName(name),
  );
  if (unsafe !== undefined) return [problemAt(path, "value.bad_file_name", { name: unsafe })];
  const other = folder.files.find((file) => !mediaTypesMeet(file.mediaType, type.mediaType));
  if (other === undefined) return [];
  return [problemAt(path, "value.media_type", { expected: type.mediaType ?? "", actual: other.mediaType ?? "" })];
}

/** One path segment that stays where it is put. */
export const isSafeName = (name: string) =>
  name !== "" && name !== "." && name !== ".." && !/[/\\\p{Cc}\p{Cs}]/u.test(name);

/** Everything that is wrong with a value for this parameter, apart from how it would be written on a command line. */
export function checkParameterValue(parameter: Parameter, type: PortType, value: Value, path: string): Problem[] {
  const wrong = checkType(type, value, path);
  if (wrong.length > 0) return wrong;
  if (!Array.isArray(value)) return checkLimits(parameter, value, path);
  return [
    ...checkLength(parameter, value, path),
    ...value.flatMap((element, at) => checkLimits(parameter, element, `${path}.${at}`)),
  ];
}

function checkLength(parameter: Parameter, value: Value[], path: string): Problem[] {
  if (!parameter.list) return [];
  if (parameter.length !== undefined && value.length !== parameter.length) {
    return [problemAt(path, "value.wrong_length", { length: parameter.length, count: value.length })];
  }
  return parameter.required && value.length === 0 ? [problemAt(path, "value.empty_list")] : [];
}

function checkLimits(parameter: Parameter, value: Value, path: string): Problem[] {
  const { choices, minimum, maximum } = parameter;
  if (choices && choices.length > 0 && !choices.some((choice) => choice === value)) {
    return [problemAt(path, "value.not_a_choice", { choices: choices.join(", ") })];
  }
  if (typeof value !== "number") return [];
  if (minimum !== undefined && value < minimum) return [problemAt(path, "value.too_small", { limit: minimum })];
  if (maximum !== undefined && value > maximum) return [problemAt(path, "value.too_large", { limit: maximum })];
  return [];
}
