type Texts = { readonly [key: string]: string | Texts };

/** The same keys with any text: what the second language must have, no more and no less. */
export type Shape<T> = { readonly [K in keyof T]: T[K] extends string ? string : Shape<T[K]> };

/** A room's messages; a key that only one language has does not compile. */
export function bothLanguages<T extends Texts>(ko: T, en: NoInfer<Shape<T>>): { ko: Shape<T>; en: Shape<T> } {
  return { ko: ko as unknown as Shape<T>, en };
}

type Pairs = { readonly [key: string]: readonly [ko: string, en: string] | Pairs };
type OneOf<P> = { readonly [K in keyof P]: P[K] extends readonly [string, string] ? string : OneOf<P[K]> };

function pick(pairs: Pairs, at: 0 | 1): Texts {
  return Object.fromEntries(
    Object.entries(pairs).map(([key, entry]) => [key, Array.isArray(entry) ? entry[at] : pick(entry as Pairs, at)]),
  );
}

/** As `bothLanguages`, for short sentences that are easier to keep alike side by side. */
export function pairs<const P extends Pairs>(both: P): { ko: OneOf<P>; en: OneOf<P> } {
  return { ko: pick(both, 0) as OneOf<P>, en: pick(both, 1) as OneOf<P> };
}
