import type { z } from "zod";
import { type ProblemCode, type ProblemFacts, problemAt } from "./checks/problem";
import { binding, directoryValue, fileValue, link, type Problem, type Workflow, workflow } from "./workflow";

const MAX_DEPTH = 60;

/** Reads an unknown JSON value as `krdc.workflow/v1`; every problem at once, unknown fields with their path. */
export function parseWorkflow(json: unknown): { workflow: Workflow } | { problems: Problem[] } {
  const hidden = findHiddenKeys(json, []);
  if (hidden.length > 0) return { problems: hidden };
  const parsed = workflow.safeParse(json);
  if (parsed.success) return { workflow: parsed.data };
  return { problems: parsed.error.issues.flatMap((issue) => problemsOf(issue, json, [])) };
}

/** The schemas would drop these silently, and two readers would then see two documents. */
function findHiddenKeys(json: unknown, path: Path): Problem[] {
  if (typeof json !== "object" || json === null) return [];
  if (path.length > MAX_DEPTH) return [problemAt(pathText(path.slice(0, 3)), "json.too_deep", { limit: MAX_DEPTH })];
  return Object.keys(json).flatMap((key) =>
    key === "__proto__"
      ? [problemAt(pathText([...path, key]), "json.bad_key", { key })]
      : findHiddenKeys(Reflect.get(json, key), [...path, key]),
  );
}

type Issue = z.core.$ZodIssue;
type Path = PropertyKey[];

function problemsOf(issue: Issue, json: unknown, base: Path): Problem[] {
  const path = [...base, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => problemAt(pathText([...path, key]), "document.unknown_field", { field: key }));
  }
  const found = at(json, issue.path);
  if (issue.code === "invalid_union") return bindingProblems(found, path);
  const [code, facts] = codeOf(issue, found);
  return [problemAt(pathText(path), code, facts)];
}

const pathText = (path: Path) => path.map(String).join(".");

function at(json: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (part, key) => (typeof part === "object" && part !== null ? Reflect.get(part, key) : undefined),
    json,
  );
}

function codeOf(issue: Issue, found: unknown): [ProblemCode, ProblemFacts] {
  switch (issue.code) {
    case "invalid_type":
      return found === undefined
        ? ["document.missing_field", {}]
        : ["document.wrong_type", { expected: issue.expected }];
    case "invalid_value":
      return found === undefined
        ? ["document.missing_field", {}]
        : ["document.not_allowed", { allowed: issue.values.map(String).join(", ") }];
    case "too_big":
      return ["document.too_large", { limit: String(issue.maximum) }];
    case "too_small":
      return ["document.too_small", { limit: String(issue.minimum) }];
    case "invalid_key":
      return ["document.bad_name", { name: String(issue.path.at(-1) ?? "") }];
    default:
      return ["document.bad_format", {}];
  }
}

/** A union says only that nothing fits; what was probably meant is told from the value's own form. */
function bindingProblems(found: unknown, path: Path): Problem[] {
  if (Array.isArray(found)) return elementProblems(found, path);
  const meant = meantSchema(found);
  const parsed = meant?.safeParse(found);
  if (!parsed || parsed.success) return [problemAt(pathText(path), "document.bad_value")];
  return parsed.error.issues.flatMap((issue) => problemsOf(issue, found, path));
}

function elementProblems(found: unknown[], path: Path): Problem[] {
  const wrong = found.flatMap((element, index) =>
    Array.isArray(element) || !binding.safeParse(element).success
      ? bindingProblems(element, [...path, index]).slice(0, 3)
      : [],
  );
  return wrong.length > 0 ? wrong : [problemAt(pathText(path), "document.too_large", { limit: 1000 })];
}

function meantSchema(found: unknown): z.ZodType | undefined {
  if (typeof found !== "object" || found === null || Array.isArray(found)) return undefined;
  if ("from" in found) return link;
  if ("files" in found) return directoryValue;
  return "kind" in found ? fileValue : undefined;
}

export type StrictJson = { value: unknown } | { problems: Problem[] };

/** JSON without what two readers could understand differently: duplicate names, control characters in names, broken text, endless nesting. */
export function parseJsonStrict(text: string): StrictJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problems: [problemAt("", "json.syntax", { what: error instanceof Error ? error.message : "" })] };
  }
  const problems = findAmbiguity(text);
  return problems.length > 0 ? { problems } : { value };
}

type Frame = { kind: "object" | "array"; keys: Set<string>; key: string | number; awaitsKey: boolean };
const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/** Walks the tokens of a text that is known to be JSON. */
function findAmbiguity(text: string): Problem[] {
  const frames: Frame[] = [];
  const problems: Problem[] = [];
  for (const [token] of text.matchAll(TOKENS)) {
    problems.push(...readToken(frames, token));
    if (frames.length > MAX_DEPTH)
      return [problemAt(framesPath(frames.slice(0, 3)), "json.too_deep", { limit: MAX_DEPTH })];
  }
  return problems;
}

function readToken(frames: Frame[], token: string): Problem[] {
  if (token.startsWith('"')) return readString(frames, token);
  if (token === "{" || token === "[") frames.push(openFrame(token));
  else if (token === "}" || token === "]") frames.pop();
  else if (token === ",") nextElement(frames.at(-1));
  return [];
}

const openFrame = (token: string): Frame =>
  token === "{"
    ? { kind: "object", keys: new Set(), key: "", awaitsKey: true }
    : { kind: "array", keys: new Set(), key: 0, awaitsKey: false };

function nextElement(frame: Frame | undefined): void {
  if (frame?.kind === "object") frame.awaitsKey = true;
  else if (frame && typeof frame.key === "number") frame.key += 1;
}

function readString(frames: Frame[], token: string): Problem[] {
  const frame = frames.at(-1);
  const content = String(JSON.parse(token));
  if (!frame?.awaitsKey) return /\p{Cs}/u.test(content) ? [problemAt(framesPath(frames), "json.broken_text")] : [];
  frame.awaitsKey = false;
  frame.key = content;
  const path = framesPath(frames);
  if (content === "__proto__" || /[\p{Cc}\p{Cs}]/u.test(content))
    return [problemAt(path, "json.bad_key", { key: content })];
  if (frame.keys.has(content)) return [problemAt(path, "json.duplicate_key", { key: content })];
  frame.keys.add(content);
  return [];
}

const framesPath = (frames: Frame[]) => frames.map((frame) => String(frame.key)).join(".");
