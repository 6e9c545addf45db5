import { readdirSync, readFileSync } from "node:fs";
import { createTranslator } from "next-intl";
import { describe, expect, test } from "vitest";
import { messages } from "./messages";

type Tree = { readonly [key: string]: string | Tree };

function leaves(tree: Tree, path = ""): [string, string][] {
  return Object.entries(tree).flatMap(([key, entry]): [string, string][] =>
    typeof entry === "string" ? [[`${path}${key}`, entry]] : leaves(entry, `${path}${key}.`),
  );
}

const inKorean = leaves(messages.ko);
const inEnglish = new Map(leaves(messages.en));

/** The facts and marks that a sentence names: `{count}`, `{count, plural, …}`, `<cluster>`. */
const factsOf = (text: string) => namesIn(text, /\{(\w+)[,}]/g);
const marksOf = (text: string) => namesIn(text, /<(\w+)>/g);

function namesIn(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ""))].sort();
}

const namedIn = (text: string) => [...factsOf(text), ...marksOf(text)].join();

describe("every sentence stands in both languages", () => {
  test("the two languages have the same keys", () => {
    expect([...inEnglish.keys()].sort()).toEqual(inKorean.map(([key]) => key).sort());
  });

  test("the two languages name the same facts", () => {
    const differing = inKorean.filter(([key, text]) => namedIn(text) !== namedIn(inEnglish.get(key) ?? ""));
    expect(differing).toEqual([]);
  });

  test.each(["ko", "en"] as const)("every sentence in %s can be shown", (locale) => {
    const failures: string[] = [];
    const t = createTranslator({
      locale,
      messages: messages[locale] as Tree,
      onError: (error) => failures.push(error.message),
    });
    const shown = leaves(messages[locale]).map(([key, text]) => {
      const facts = Object.fromEntries(factsOf(text).map((fact) => [fact, 3]));
      const marks = Object.fromEntries(marksOf(text).map((mark) => [mark, (chunks: string) => `[${chunks}]`]));
      return t.markup(key as never, { ...facts, ...marks } as never);
    });
    expect(failures).toEqual([]);
    expect(shown.filter((text) => text.trim() === "" || /[{}]/.test(text))).toEqual([]);
  });
});

/** Every code that server code refuses with, as it stands in `new KrdcError(kind, "code")`. */
function refusalCodes(): string[] {
  const root = new URL("../", import.meta.url);
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((file) =>
    /(?<!\.test)\.ts$/.test(file),
  );
  const codes = files.flatMap((file) =>
    [...readFileSync(new URL(file, root), "utf8").matchAll(/new KrdcError\(\s*"\w+",\s*"([\w.]+)"/g)].map(
      (m) => m[1] ?? "",
    ),
  );
  return [...new Set(codes)].sort();
}

describe("a refusal reaches people in words", () => {
  const known = new Map(leaves(messages.ko.reasons));
  test.each(refusalCodes())("%s", (code) => {
    expect(known.get(code)).toBeTypeOf("string");
  });
});
