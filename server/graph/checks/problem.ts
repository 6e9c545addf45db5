import type { Problem } from "../workflow";
import { PROBLEM_TEXTS, type ProblemCode, type ProblemFacts } from "./problem-texts";

export type { ProblemCode, ProblemFacts } from "./problem-texts";

/** The sentence of a code in both languages, with the plain facts it names. */
export function problemMessage(code: ProblemCode, facts: ProblemFacts = {}): Problem["message"] {
  const text = PROBLEM_TEXTS[code];
  return { ko: fill(text.ko, facts), en: fill(text.en, facts) };
}

/** One problem at its field; `path` is the JSON path with dots, also for list elements. */
export function problemAt(path: string, code: ProblemCode, facts: ProblemFacts = {}): Problem {
  return { path, code: code.split(":")[0] ?? code, message: problemMessage(code, facts) };
}

const fill = (text: string, facts: ProblemFacts) =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => (Object.hasOwn(facts, name) ? shorten(facts[name]) : whole));

function shorten(fact: string | number | undefined): string {
  const text = String(fact ?? "").replace(/\p{Cc}/gu, "\u{FFFD}");
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
