import { z } from "zod";
import { asJson, type Command, type CommandCall } from "./command";
import { segment } from "./portal";

const standing = z.looseObject({ account: z.string(), disabledAt: z.string().nullable() });

const change = (verb: "disable" | "enable") => async (call: CommandCall) => {
  const [account = ""] = call.arguments;
  const path = `/api/v1/members/${segment(account)}/${verb}`;
  const answer = await call.portal.json("POST", path, standing, { body: {} });
  call.io.write(call.isJson ? asJson(answer) : `${answer.account}  ${answer.disabledAt ?? "-"}\n`);
  return undefined;
};

const one = { least: 1, most: 1 };

export const memberCommands: Command[] = [
  {
    name: "member disable",
    usage: "member disable ACCOUNT",
    help: {
      ko: "구성원을 막습니다. 로그인과 토큰이 바로 끝나고, 다른 클러스터에서 돌던 것도 끝납니다(허브 운영자).",
      en: "Disable a member: browsers and tokens end at once, and what runs in other clusters is ended (hub operator).",
    },
    ...one,
    run: change("disable"),
  },
  {
    name: "member enable",
    usage: "member enable ACCOUNT",
    help: {
      ko: "막은 구성원이 다시 로그인할 수 있게 합니다(허브 운영자).",
      en: "Let a disabled member sign in again (hub operator).",
    },
    ...one,
    run: change("enable"),
  },
];
