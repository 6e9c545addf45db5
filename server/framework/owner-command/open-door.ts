import { readFile } from "node:fs/promises";
import { z } from "zod";
import { KrdcError } from "#server/errors";
import { isSocket, socketAddress, transportTo } from "#server/protocol/connection-transport";
import { type PrivateKey, publicKey } from "#server/protocol/keys";
import type { OperatorDoor } from "#server/protocol/operator-call";
import { readIdentity } from "#server/protocol/owner-door";
import { isMailbox, mailboxOf } from "#server/protocol/reach";

/** What a command sees of the world; a test gives its own. */
export type CommandIo = {
  env: { url: string; home?: string; operatorKeyFile: string; language: "ko" | "en" };
  write: (text: string) => void;
  note: (text: string) => void;
  now: () => Date;
};

export type Words = Record<string, string | boolean | undefined>;

const privateKey = publicKey.extend({ d: z.string() });

/** The private key lies with the operator, beside the public one where both are on one machine. */
async function readKey(given: string | undefined, { operatorKeyFile }: CommandIo["env"]): Promise<PrivateKey> {
  const file = given ?? operatorKeyFile.replace(/\.pub\.json$/, ".json");
  try {
    const { kty, crv, x, y, d } = JSON.parse(await readFile(file, "utf8"));
    return privateKey.parse({ kty, crv, x, y, d });
  } catch (cause) {
    throw new KrdcError("invalid", "owner.key_missing", { cause, detail: { file } });
  }
}

function addressIn(words: Words, { url, home }: CommandIo["env"]): string {
  const address = String(words.url ?? (url || (home ? socketAddress(home) : ""))).replace(/\/+$/, "");
  if (!URL.canParse(address)) throw new KrdcError("invalid", "owner.gateway_missing");
  return address;
}

/** Who answers there; a framework that opens no socket to the network says at the one in its folder how it is called. */
export async function askIdentity(words: Words, env: CommandIo["env"]) {
  const address = addressIn(words, env);
  if (!isSocket(address)) return { ...(await readIdentity(address)), address };
  const found = await readIdentity(mailboxOf("gateway"), transportTo(address));
  // The operator's word for another framework must not be had by lying in a folder.
  if (!isMailbox(found.gateway)) throw new KrdcError("invalid", "owner.gateway_missing");
  return { ...found, address };
}

/** The framework's own door, before which the operator stands with the private key. */
export async function openDoor(words: Words, io: CommandIo): Promise<OperatorDoor> {
  const key = await readKey(words.key as string | undefined, io.env);
  const address = addressIn(words, io.env);
  if (!isSocket(address)) return { url: address, key, now: io.now };
  const { gateway } = await askIdentity(words, io.env);
  return { url: gateway, key, now: io.now, transport: transportTo(address) };
}
