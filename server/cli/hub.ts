import { z } from "zod";
import { asJson, type Command, type CommandCall } from "./command";

const change = z.object({ kid: z.string(), replaces: z.string(), effectiveAt: z.iso.datetime() });

/** Proves itself by this machine's home, which holds the hub's keys anyway. */
async function rotateKey({ portal, io, isJson }: CommandCall): Promise<undefined> {
  const made = await portal.local("/api/v1/local/hub-key-changes", change, {});
  io.write(isJson ? asJson(made) : `${made.kid}  ${made.effectiveAt}\n`);
}

export const hubCommands: Command[] = [
  {
    name: "hub rotate-key",
    usage: "hub rotate-key",
    help: {
      ko: "허브의 서명 열쇠를 바꿉니다. 다음 열쇠를 먼저 알리고, 적힌 때부터 그 열쇠로 서명합니다.",
      en: "Change the hub’s signing key: the next one is published first and signs from the time that is printed.",
    },
    least: 0,
    most: 0,
    run: rotateKey,
  },
];
