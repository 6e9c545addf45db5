import type { z } from "zod";
import type { Bilingual } from "#server/graph/text";
import type { Problem } from "#server/graph/workflow";

/** What a command sees of the world; a test gives its own. */
export type Io = {
  env: CliEnvironment;
  /** Standard output: the answer and nothing else. */
  write: (text: string | Uint8Array) => void;
  /** Standard error: progress and refusals. */
  note: (text: string) => void;
  isTerminal: boolean;
  now: () => Date;
  sleep: (ms: number) => Promise<void>;
};

type CliEnvironment = {
  portal?: string | undefined;
  token?: string | undefined;
  home: string;
  port: number;
  language: "ko" | "en";
  noColour: boolean;
};

export type PortalCall = {
  body?: unknown;
  stream?: ReadableStream<Uint8Array> | Uint8Array;
  headers?: Record<string, string>;
};
export type Portal = {
  url: string;
  json: <T>(method: string, path: string, answer: z.ZodType<T>, call?: PortalCall) => Promise<T>;
  /** The answer as it comes, for logs, events and files; a refusal is thrown. */
  open: (method: string, path: string, call?: PortalCall) => Promise<Response>;
  /** A call that proves itself by the home's secret instead of a token. */
  local: <T>(path: string, answer: z.ZodType<T>, body: unknown) => Promise<T>;
};

export type OptionSpec = { type: "string" | "boolean"; multiple?: boolean; short?: string };
export type Options = Record<string, string | boolean | (string | boolean)[] | undefined>;

export type CommandCall = { arguments: string[]; options: Options; isJson: boolean; io: Io; portal: Portal };

/** One command; it returns its exit code when that is not 0. */
export type Command = {
  name: string;
  usage: string;
  help: Bilingual;
  options?: Record<string, OptionSpec>;
  /** How many words may stand behind the name. */
  least: number;
  most: number;
  run: (call: CommandCall) => Promise<number | undefined>;
};

/** The command was written wrongly: exit 2. */
export class UsageError extends Error {
  readonly text: Bilingual;
  constructor(text: Bilingual) {
    super(text.en);
    this.text = text;
  }
}

/** The command could not do its work: `code: message` and exit 1. */
export class CliError extends Error {
  readonly code: string;
  readonly facts: Record<string, unknown>;
  readonly problems: Problem[];
  constructor(code: string, facts: Record<string, unknown> = {}, problems: Problem[] = []) {
    super(code);
    this.code = code;
    this.facts = facts;
    this.problems = problems;
  }
}

export function textOption(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

export function neededOption(options: Options, name: string): string {
  const value = textOption(options, name);
  if (value) return value;
  throw new UsageError({ ko: `--${name} 값이 필요합니다.`, en: `--${name} is needed.` });
}

export function wholeNumberOption(options: Options, name: string): number {
  const value = neededOption(options, name);
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new UsageError({
    ko: `--${name} 값은 1 이상의 정수여야 합니다.`,
    en: `--${name} must be a whole number from 1.`,
  });
}

/** `--set a=b --set c=d` as pairs; the value may hold any further `=`. */
export function pairOptions(options: Options, name: string): [string, string][] {
  const given = options[name];
  const texts = Array.isArray(given) ? given : [];
  return texts.map((entry) => {
    const text = String(entry);
    const at = text.indexOf("=");
    if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
    throw new UsageError({
      ko: `--${name} 은 이름=값으로 씁니다: ${text}`,
      en: `--${name} is written name=value: ${text}`,
    });
  });
}

/** Splits `cluster/name` or `cluster/name@version`, by which apps are known. */
export function appWords(text: string): { cluster: string; name: string; version: string | undefined } {
  const [, cluster, name, version] = /^([a-z][a-z0-9-]*)\/([a-z][a-z0-9-]*)(?:@(.+))?$/.exec(text) ?? [];
  if (cluster && name) return { cluster, name, version };
  throw new UsageError({ ko: `앱은 클러스터/이름으로 씁니다: ${text}`, en: `An app is written CLUSTER/APP: ${text}` });
}

/** One line for each row, columns aligned; wide characters count two. */
export function table(rows: (string | number | null | undefined)[][]): string {
  const cells = rows.map((row) => row.map((cell) => String(cell ?? "-").replace(/\p{Cc}/gu, " ")));
  const columns = Math.max(0, ...cells.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, at) => Math.max(0, ...cells.map((row) => widthOf(row[at] ?? ""))));
  const lines = cells.map((row) =>
    row.map((cell, at) => cell + " ".repeat((widths[at] ?? 0) - widthOf(cell))).join("  "),
  );
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/g;
const widthOf = (text: string) => text.length + (text.match(WIDE)?.length ?? 0);

export const asJson = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
