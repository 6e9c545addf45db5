import { reasonsMessages } from "./messages/reasons";

/** What was written about a stable reason, its facts still to be filled in; undefined when nobody wrote anything. */
export function reasonText(language: "ko" | "en", reason: string): string | undefined {
  const found = reason
    .split(".")
    .reduce<unknown>(
      (part, name) =>
        typeof part === "object" && part !== null && Object.hasOwn(part, name) ? Reflect.get(part, name) : undefined,
      reasonsMessages[language],
    );
  return typeof found === "string" ? found : undefined;
}

/** The sentence of a stable reason with its facts filled in. */
export const reasonSentence = (language: "ko" | "en", reason: string, facts: Record<string, unknown> = {}) =>
  reasonText(language, reason)?.replace(/\{(\w+)\}/g, (_, name: string) =>
    String(name === "code" ? reason : (facts[name] ?? "")),
  );
