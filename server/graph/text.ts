import { z } from "zod";

/** A text in both of the system's languages; a missing one falls back to the other where it is shown. */
export const bilingual = z.strictObject({ ko: z.string().max(2000), en: z.string().max(2000) });
export type Bilingual = z.infer<typeof bilingual>;

/** The text in the reader's language, or the other one when it is empty. */
export function inLanguage(text: Bilingual, language: "ko" | "en"): string {
  return text[language] || text[language === "ko" ? "en" : "ko"];
}
