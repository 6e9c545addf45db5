/** The part of a log that is kept in the page. Offsets are bytes in the log; `partial` is its unfinished last line. */
export type LogWindow = { lines: string[]; partial: string; nextOffset: number; droppedLines: number; ended: boolean };

export const emptyLog: LogWindow = { lines: [], partial: "", nextOffset: 0, droppedLines: 0, ended: false };

/** A chatty app must not fill the browser: beyond this many lines the oldest leave the page (the download has all). */
const KEPT_LINES = 20_000;
const KEPT_LINE_CHARACTERS = 10_000;

/** The window after the next bytes; bytes that do not begin where the window ends are not ours and change nothing. */
export function appendLog(
  log: LogWindow,
  chunk: { offset: number; text: string; nextOffset: number; ended: boolean },
  keptLines = KEPT_LINES,
): LogWindow {
  if (chunk.offset !== log.nextOffset) return log;
  if (chunk.text === "" && chunk.ended === log.ended && chunk.nextOffset === log.nextOffset) return log;
  const pieces = (log.partial + chunk.text).split("\n");
  const partial = pieces.pop() ?? "";
  const lines = [...log.lines, ...pieces.map(visible)];
  const dropped = Math.max(0, lines.length - keptLines);
  return {
    lines: dropped > 0 ? lines.slice(dropped) : lines,
    partial,
    nextOffset: chunk.nextOffset,
    droppedLines: log.droppedLines + dropped,
    ended: chunk.ended,
  };
}

// Terminal colours say nothing here; a carriage return starts the line again, as a terminal would show it.
const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, "g");

function visible(line: string): string {
  const plain = line.replace(ESCAPES, "").replace(/\r$/, "");
  const restarted = plain.slice(plain.lastIndexOf("\r") + 1);
  return restarted.length > KEPT_LINE_CHARACTERS ? `${restarted.slice(0, KEPT_LINE_CHARACTERS)}…` : restarted;
}

/** The lines to draw: complete ones and, at the end, the one that is still being written. */
export const shownLines = (log: LogWindow): string[] =>
  log.partial === "" ? log.lines : [...log.lines, visible(log.partial)];

/** Which of `count` lines of one height are in sight, with some to spare on both sides. */
export function linesInSight(scroll: { top: number; height: number }, lineHeight: number, count: number) {
  const spare = 20;
  const from = Math.max(0, Math.floor(scroll.top / lineHeight) - spare);
  return { from, to: Math.min(count, Math.ceil((scroll.top + scroll.height) / lineHeight) + spare) };
}
