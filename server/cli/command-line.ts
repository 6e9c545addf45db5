import { parseArgs } from "node:util";
import { inLanguage } from "#server/graph/text";
import { agreementCommands } from "./agreement";
import { appCommands } from "./app";
import { auditCommands } from "./audit";
import { clusterCommands } from "./cluster";
import { CliError, type Command, type Io, type OptionSpec, textOption, UsageError } from "./command";
import { hubCommands } from "./hub";
import { marketCommands } from "./market";
import { memberCommands } from "./member";
import { ownerCommands } from "./owner";
import { openPortal } from "./portal";
import { runFetchCommands } from "./run/fetch";
import { runShowCommands } from "./run/show";
import { runCommands } from "./run/submit";
import { helpText, refusalText } from "./texts";
import { tokenCommands } from "./token";

const COMMANDS: Command[] = [
  ...tokenCommands,
  ...marketCommands,
  ...appCommands,
  ...runCommands,
  ...runShowCommands,
  ...runFetchCommands,
  ...agreementCommands,
  ...ownerCommands,
  ...clusterCommands,
  ...memberCommands,
  ...auditCommands,
  ...hubCommands,
];

const GENERAL_OPTIONS: Record<string, OptionSpec> = {
  json: { type: "boolean" },
  portal: { type: "string" },
  help: { type: "boolean", short: "h" },
};

/** Runs one command and returns the exit code: 0 done, 1 refused or failed, 2 written wrongly. */
export async function runCommandLine(words: string[], io: Io): Promise<number> {
  try {
    const matching = COMMANDS.filter(({ name }) => startsWithWords(words, name.split(" ")));
    const command = matching.sort((one, other) => other.name.length - one.name.length)[0];
    if (!command) return answerWithoutCommand(words, io);
    return await runCommand(command, words.slice(command.name.split(" ").length), io);
  } catch (error) {
    if (error instanceof UsageError) {
      io.note(`usage.wrong: ${inLanguage(error.text, io.env.language)}\n`);
      return 2;
    }
    if (!(error instanceof CliError)) throw error;
    io.note(refusalText(error, io.env.language));
    return 1;
  }
}

const startsWithWords = (words: string[], name: string[]) => name.every((word, at) => words[at] === word);

function answerWithoutCommand(words: string[], io: Io): number {
  const plain = words.filter((word) => !word.startsWith("-"));
  const asked = words.length === 0 || words.some((word) => ["help", "--help", "-h"].includes(word));
  const group = COMMANDS.filter(({ name }) => plain[0] !== undefined && name.startsWith(`${plain[0]} `));
  const shown = group.length > 0 ? group : COMMANDS;
  if (asked && words.length > 0) io.write(helpText(shown, io));
  else io.note(helpText(shown, io));
  if (asked && words.length > 0) return 0;
  if (words.length > 0) {
    throw new UsageError({ ko: `모르는 명령입니다: ${words.join(" ")}`, en: `Unknown command: ${words.join(" ")}` });
  }
  return 2;
}

async function runCommand(command: Command, words: string[], io: Io): Promise<number> {
  const { values, positionals } = readWords(command, words);
  if (values.help) {
    io.write(helpText([command], io));
    return 0;
  }
  if (positionals.length < command.least || positionals.length > command.most) {
    throw new UsageError({ ko: `이렇게 씁니다: krdc ${command.usage}`, en: `It is written: krdc ${command.usage}` });
  }
  const portal = await openPortal(io, portalOption(textOption(values, "portal")));
  const code = await command.run({ arguments: positionals, options: values, isJson: values.json === true, io, portal });
  return code ?? 0;
}

function readWords(command: Command, words: string[]) {
  try {
    return parseArgs({ args: words, options: { ...command.options, ...GENERAL_OPTIONS }, allowPositionals: true });
  } catch (error) {
    const what = error instanceof Error ? (error.message.split(". ")[0] ?? "") : "";
    throw new UsageError({ ko: `${what} (krdc ${command.usage})`, en: `${what} (krdc ${command.usage})` });
  }
}

function portalOption(given: string | undefined): string | undefined {
  if (given === undefined || /^https?:\/\/[^/]/.test(given)) return given;
  throw new UsageError({
    ko: `--portal 은 http(s) 주소입니다: ${given}`,
    en: `--portal must be an http(s) URL: ${given}`,
  });
}
