import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { KrdcError } from "#server/errors";
import { reasonSentence } from "#server/i18n/reason-sentence";
import { makeSigningKey, publicPart } from "#server/protocol/keys";
import type { OperatorDoor } from "#server/protocol/operator-call";
import {
  approveOwned,
  changeOwned,
  forbidKeyOfPeer,
  listOwned,
  type OwnedAgreement,
  readOwnStatus,
  refuseOwned,
  rotateOwnKey,
} from "#server/protocol/owner-door";
import { termOptionSpecs, termsOfWords } from "#server/protocol/owner-terms";
import { type CommandIo, openDoor, type Words } from "./open-door";
import { acceptPeer, showIdentity } from "./peer-commands";
import { texts } from "./texts";

type Command = { open: () => Promise<OperatorDoor>; word: string; words: Words; io: CommandIo };

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
  if (found.restore && !found.restore.settledAt) {
    const { noticedAt: at, shownBy: by, open } = found.restore;
    io.write(`${fill(t.restored, { at, by, open: open.join(", ") })}\n`);
  }
  if (found.keyChange)
    io.write(`${fill(t.nextKey, { fingerprint: found.keyChange.fingerprint, at: found.keyChange.effectiveAt })}\n`);
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

/** The framework makes the key and keeps it: nobody else ever has it. */
async function rotateKey({ open, words, io }: Command): Promise<void> {
  const change = await rotateOwnKey(await open());
  const { fingerprint, effectiveAt: at } = change;
  io.write(words.json ? `${JSON.stringify(change, null, 2)}\n` : `${fingerprint}\n`);
  io.note(`${fill(texts[io.env.language].keyAnnounced, { at })}\n`);
}

async function forbidKeyChange({ open, word, io }: Command): Promise<void> {
  await forbidKeyOfPeer(await open(), word);
  io.write(`${word}\n`);
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
  identity: { takesWord: false, run: showIdentity },
  "accept-peer": { takesWord: true, run: acceptPeer },
  "make-key": { takesWord: true, run: makeKey },
  "rotate-key": { takesWord: false, run: rotateKey },
  "forbid-key-change": { takesWord: true, run: forbidKeyChange },
};

const text = { type: "string" } as const;
const options = {
  ...termOptionSpecs,
  ...{ reason: text, fingerprint: text, url: text, key: text, json: { type: "boolean" } as const },
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
