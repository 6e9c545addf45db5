import { readFile } from "node:fs/promises";
import { KrdcError } from "#server/errors";
import { fingerprintOf } from "#server/protocol/keys";
import type { OperatorDoor } from "#server/protocol/operator-call";
import { acceptPeersOf, readCard, readIdentity } from "#server/protocol/owner-door";
import { askIdentity, type CommandIo, type Words } from "./open-door";

/** What another operator needs to accept this framework; its fingerprint, which people compare, is told beside it. */
export async function showIdentity({ words, io }: { words: Words; io: CommandIo }): Promise<void> {
  const { name, gateway, jwk } = await askIdentity(words, io.env);
  io.write(`${JSON.stringify({ name, gateway, jwk }, null, 2)}\n`);
  io.note(`${fingerprintOf(jwk).join(" · ")}\n`);
}

const groups = (text: string) => (text.toLowerCase().match(/[0-9a-f]{4}/g) ?? []).join(" ");

async function readPeer(where: string) {
  if (/^https?:/.test(where)) return readIdentity(where.replace(/\/+$/, ""));
  try {
    return readCard(JSON.parse(await readFile(where, "utf8")));
  } catch (cause) {
    throw new KrdcError("invalid", "owner.no_card", { cause, detail: { file: where } });
  }
}

/** Pins another framework's key, from its address or from what its `identity` wrote into a file. */
export async function acceptPeer(command: {
  open: () => Promise<OperatorDoor>;
  word: string;
  words: Words;
  io: CommandIo;
}): Promise<void> {
  const peer = await readPeer(command.word);
  const said = groups(String(command.words.fingerprint ?? ""));
  if (said !== fingerprintOf(peer.jwk).join(" ")) throw new KrdcError("forbidden", "owner.wrong_fingerprint");
  await acceptPeersOf(await command.open(), [peer]);
  command.io.write(`${peer.name}  ${peer.gateway}\n`);
}
