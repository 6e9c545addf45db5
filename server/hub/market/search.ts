import type { AppVersion } from "#server/graph/app";

/** One spelling for what people write in many: composed Hangul, lower case. */
export const normalised = (text: string) => text.normalize("NFC").toLowerCase().trim();

const compact = (text: string) => text.replace(/\s+/g, "");

/** Everything of an app that a search looks into; titles once more without spaces, so that 이동평균 finds 이동 평균. */
export function searchTextOf(app: AppVersion): string {
  const titles = [app.title.ko, app.title.en];
  const parts = [...titles, app.summary.ko, app.summary.en, app.name, app.field, app.cluster, ...titles.map(compact)];
  return parts.filter(Boolean).map(normalised).join("\n");
}

/** Every pair of neighbouring letters inside words: two Korean syllables are found inside any compound. */
export function bigramsOf(text: string): string[] {
  const letters = [...text];
  const pairs = letters.slice(1).map((second, index) => `${letters[index]}${second}`);
  return [...new Set(pairs.filter((pair) => !/\s/u.test(pair)))];
}

export type SearchWord = { like: string; bigrams: string[] };

/** What each word of a query must match: all its bigrams by the index, then the word itself; one letter has no bigrams. */
export function searchWords(query: string): SearchWord[] {
  const words = normalised(query).split(/\s+/u).filter(Boolean).slice(0, 10);
  return words.map((word) => ({
    like: `%${word.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`,
    bigrams: bigramsOf(word),
  }));
}

const escaped = (word: string) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** The query's words as they stand in these texts, for marking them. */
export function highlightsOf(query: string, texts: readonly string[]): string[] {
  const words = normalised(query).split(/\s+/u).filter(Boolean).slice(0, 10);
  const found = words.flatMap((word) => {
    const pattern = new RegExp(escaped(word), "giu");
    return texts.flatMap((text) => text.normalize("NFC").match(pattern) ?? []);
  });
  return [...new Set(found)];
}
