type Piece = { text: string; found: boolean; at: number };

/** Cuts a text at the words that were found, longest first, whatever their case. */
export function piecesOf(text: string, words: readonly string[]): Piece[] {
  const wanted = words.filter((word) => word.length > 0).sort((a, b) => b.length - a.length);
  if (wanted.length === 0) return [{ text, found: false, at: 0 }];
  const escaped = wanted.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pieces: Piece[] = [];
  let at = 0;
  for (const part of text.split(new RegExp(`(${escaped.join("|")})`, "iu"))) {
    if (part) pieces.push({ text: part, found: wanted.some((word) => word.toLowerCase() === part.toLowerCase()), at });
    at += part.length;
  }
  return pieces;
}

/** A text with what was searched for marked in it. */
export function Highlighted({ text, words }: { text: string; words: readonly string[] }) {
  return piecesOf(text, words).map((piece) =>
    piece.found ? <mark key={piece.at}>{piece.text}</mark> : <span key={piece.at}>{piece.text}</span>,
  );
}
