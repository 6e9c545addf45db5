import { digestOfJson } from "./canonical";

/** The name of one step run over all attempts and clusters: hex SHA-256 of its canonical coordinates (design: exactly once). */
export function runKeyOf(step: { homeId: string; runId: string; stepPath: string; index: number }): string {
  return digestOfJson([step.homeId, step.runId, step.stepPath, step.index]);
}

const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/** RFC 4648 base32, lower case, without padding. */
function base32(bytes: Uint8Array): string {
  let bits = "";
  for (const byte of bytes) bits += byte.toString(2).padStart(8, "0");
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => alphabet[Number.parseInt(group.padEnd(5, "0"), 2)]).join("");
}

/** The name of an attempt's Job or process, at most 63 characters. */
export const attemptName = (runKey: string, attempt: number) =>
  `kr-${base32(Buffer.from(runKey, "hex")).slice(0, 52)}-${attempt}`;
