import { closeSync, copyFileSync, openSync, readSync, statSync, truncateSync } from "node:fs";

const LIMIT_BYTES = 10 * 1024 * 1024;

/** Children write to the file itself, so they go on when their launcher is gone. */
export function openLog(file: string): number {
  return openSync(file, "a", 0o600);
}

/** One old file is kept; writers append, so they go on at the start of the emptied file. */
export function rotateLog(file: string, limitBytes = LIMIT_BYTES): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= limitBytes) return;
  copyFileSync(file, `${file}.1`);
  truncateSync(file);
}

/** The last lines of a log, for a person who must see why something failed. */
export function tailOf(file: string, lines = 20): string {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const length = Math.min(size, 16_384);
  if (length === 0) return "";
  const buffer = Buffer.alloc(length);
  const fd = openSync(file, "r");
  try {
    readSync(fd, buffer, 0, length, size - length);
  } finally {
    closeSync(fd);
  }
  return buffer.toString("utf8").trimEnd().split("\n").slice(-lines).join("\n");
}
