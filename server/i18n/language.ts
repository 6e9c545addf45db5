export type Language = "ko" | "en";
export type Theme = "system" | "light" | "dark";

export const LANGUAGE_COOKIE = "krdc-language";
export const THEME_COOKIE = "krdc-theme";

type Wish = { tag: string; weight: number };

function wishes(acceptLanguage: string): Wish[] {
  return acceptLanguage
    .split(",")
    .map((part) => {
      const [tag = "", ...options] = part.trim().toLowerCase().split(";");
      const quality = options.find((option) => option.trim().startsWith("q="));
      const weight = quality === undefined ? 1 : Number(quality.trim().slice(2));
      return { tag, weight: Number.isFinite(weight) ? weight : 0 };
    })
    .filter((wish) => wish.weight > 0)
    .sort((a, b) => b.weight - a.weight);
}

/** The reader's own choice first, then what the browser asks for, Korean otherwise. */
export function languageOf(cookie: string | undefined, acceptLanguage: string | null | undefined): Language {
  if (cookie === "ko" || cookie === "en") return cookie;
  for (const { tag } of wishes(acceptLanguage ?? "")) {
    if (tag === "ko" || tag.startsWith("ko-")) return "ko";
    if (tag === "en" || tag.startsWith("en-")) return "en";
  }
  return "ko";
}

/** Anything but the two fixed themes follows the device. */
export function themeOf(cookie: string | undefined): Theme {
  return cookie === "light" || cookie === "dark" ? cookie : "system";
}
