import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { z } from "zod";
import { KrdcError } from "#server/errors";
import { reasonSentence } from "#server/i18n/reason-sentence";
import { makeSigningKey, type PrivateKey, publicKey, publicPart } from "#server/protocol/keys";
import type { OperatorDoor } from "#server/protocol/operator-call";
import {
  approveOwned,
  changeOwned,
  listOwned,
  type OwnedAgreement,
  readOwnStatus,
  refuseOwned,
} from "#server/protocol/owner-door";
import { termOptions, termsOfWords } from "#server/protocol/owner-terms";
import { texts } from "./texts";

/** What a command sees of the world; a test gives its own. */
export type CommandIo = {
  env: { url: string; operatorKeyFile: string; language: "ko" | "en" };
  write: (text: string) => void;
  note: (text: string) => void;
  now: () => Date;
};

type Words = Record<string, string | boolean | undefined>;
type Command = { open: () => Promise<OperatorDoor>; word: string; words: Words; io: CommandIo };

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

async function openDoor(words: Words, io: CommandIo): Promise<OperatorDoor> {
  const url = String(words.url ?? io.env.url).replace(/\/+$/, "");
  if (!URL.canParse(url)) throw new KrdcError("invalid", "owner.gateway_missing");
  return { url, key: await readKey(words.key as string | undefined, io.env), now: io.now };
}

const fill = (text: string, facts: Record<string, string | number>) =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => String(facts[name] ?? ""));

const line = ({ id, state, app, requester, live, runsUsed, document }: OwnedAgreement, language: "ko" | "en") => {
  const who = requester ? `${requester.name[language]} (${requester.organization[language]})` : document.user;
  return `${id}  ${state}  ${app}  ${who}  ${runsUsed}/${document.budget.runs ?? "∞"}  live ${live}\n`;
};

function tell({ io, words }: Pick<Command, "io" | "words">, row: OwnedAgreement): void {
  const t = texts[io.env.language];
  io.write(words.json ? `${JSON.stringify(row, null, 2)}\n` : `${row.id}  ${row.state}\n`);
  if (row.state === "REVOKING") io.note(`${t.revoking}\n`);
  if (!row.isTold) io.note(`${t.untold}\n`);
}

async function list({ open, words, io }: Command): Promise<void> {
  const rows = await listOwned(await open());
  io.write(words.json ? `${JSON.stringify(rows, null, 2)}\n` : rows.map((row) => line(row, io.env.language)).join(""));
}

async function status({ open, words, io }: Command): Promise<void> {
  const door = await open();
  const [found, rows] = [await readOwnStatus(door), await listOwned(door)];
  if (words.json) {
    io.write(`${JSON.stringify(found, null, 2)}\n`);
    return;
  }
  const t = texts[io.env.language];
  const { slotsUsed: used, slots: total, queued, hosted, hub } = found;
  const waiting = rows.filter(({ state }) => state === "REQUESTED");
  io.write(`${found.name}  ${found.gateway}\n${fill(t.load, { used, total, queued, hosted })}\n`);
  io.write(`${fill(hub.isFresh ? t.fresh : t.stale, { seconds: Math.round(hub.ageMs / 1000) })}\n`);
  io.write(`${fill(t.waiting, { count: waiting.length })}\n`);
  io.write(waiting.map((row) => line(row, io.env.language)).join(""));
}

/** A new operator's key: the private half stays with its operator, the public half is what a framework is told. */
async function makeKey({ word, io }: Command): Promise<void> {
  const key = await makeSigningKey();
  const publicFile = word.replace(/(\.json)?$/, ".pub.json");
  try {
    await writeFile(word, `${JSON.stringify(key, null, 2)}\n`, { mode: 0o600, flag: "wx" });
    await writeFile(publicFile, `${JSON.stringify(publicPart(key), null, 2)}\n`, { flag: "wx" });
  } catch (cause) {
    throw new KrdcError("conflict", "owner.key_not_written", { cause, detail: { file: word } });
  }
  io.write(`${publicFile}\n`);
}

function reasonIn({ words: { reason } }: Command): string {
  if (typeof reason === "string" && reason.trim() !== "") return reason;
  throw new KrdcError("invalid", "owner.wrong_terms", { detail: { names: "--reason" } });
}

const change =
  (verb: "suspend" | "resume" | "revoke") =>
  async (command: Command): Promise<void> =>
    tell(command, await changeOwned(await command.open(), command.word, verb));

const commands: Record<string, { takesWord: boolean; run: (command: Command) => Promise<void> }> = {
  status: { takesWord: false, run: status },
  list: { takesWord: false, run: list },
  approve: {
    takesWord: true,
    run: async (command) =>
      tell(command, await approveOwned(await command.open(), command.word, termsOfWords(command.words))),
  },
  refuse: {
    takesWord: true,
    run: async (command) => tell(command, await refuseOwned(await command.open(), command.word, reasonIn(command))),
  },
  suspend: { takesWord: true, run: change("suspend") },
  resume: { takesWord: true, run: change("resume") },
  revoke: { takesWord: true, run: change("revoke") },
  "make-key": { takesWord: true, run: makeKey },
};

const text = { type: "string" } as const;
const options = {
  ...Object.fromEntries(Object.keys(termOptions).map((name) => [name, text])),
  ...{ reason: text, url: text, key: text, json: { type: "boolean" } as const },
};

function read(given: string[]) {
  try {
    const { values, positionals } = parseArgs({ args: given, options, allowPositionals: true });
    const [verb = "", ...others] = positionals;
    const command = Object.hasOwn(commands, verb) ? commands[verb] : undefined;
    if (!command || others.length !== (command.takesWord ? 1 : 0)) return undefined;
    return { command, word: others[0] ?? "", words: values };
  } catch {
    return undefined;
  }
}

/** The owner's commands, which need neither portal nor hub: 0 done, 1 refused, 2 written wrongly. */
export async function runOwnerCommand(given: string[], io: CommandIo): Promise<number> {
  const asked = read(given);
  const t = texts[io.env.language];
  if (!asked) {
    io.note(`${t.wrong}\n${t.usage}\n`);
    return 2;
  }
  try {
    const { command, word, words } = asked;
    await command.run({ open: () => openDoor(words, io), word, words, io });
    return 0;
  } catch (error) {
    if (!(error instanceof KrdcError)) throw error;
    const sentence = reasonSentence(io.env.language, error.reason, error.detail) ?? JSON.stringify(error.detail);
    io.note(`${error.reason}: ${sentence}\n`);
    return 1;
  }
}
