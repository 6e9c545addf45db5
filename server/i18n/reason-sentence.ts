import { reasonsMessages } from "./messages/reasons";

/** The sentence of a stable reason with its facts filled in; undefined when nobody wrote one. */
export function reasonSentence(
  language: "ko" | "en",
  reason: string,
  facts: Record<string, unknown> = {},
): string | undefined {
  const found = reason
    .split(".")
    .reduce<unknown>(
      (part, name) =>
        typeof part === "object" && part !== null && Object.hasOwn(part, name) ? Reflect.get(part, name) : undefined,
      reasonsMessages[language],
    );
  if (typeof found !== "string") return undefined;
  return found.replace(/\{(\w+)\}/g, (_, name: string) => String(name === "code" ? reason : (facts[name] ?? "")));
}
