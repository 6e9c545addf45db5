import { z } from "zod";
import { asJson, type Command, type CommandCall, neededOption, table, textOption } from "./command";
import { segment } from "./portal";

const clusterRow = z.looseObject({
  name: z.string(),
  state: z.string(),
  gateway: z.string().nullish(),
  version: z.string().nullish(),
});
export const clusterRows = z.looseObject({ items: z.array(clusterRow) });
const changed = z.looseObject({ state: z.string() });
const invitation = z.looseObject({
  name: z.string(),
  joinToken: z.string(),
  expiresAt: z.string(),
  start: z.looseObject({ script: z.string() }).nullish(),
});

async function list({ portal, io, isJson }: CommandCall): Promise<undefined> {
  const answer = await portal.json("GET", "/api/v1/clusters", clusterRows);
  const rows = answer.items.map((item) => [
    item.name,
    item.isSettling ? `${item.state} RESTORED` : item.state,
    item.version,
    item.gateway,
  ]);
  io.write(isJson ? asJson(answer) : table(rows));
}

/** The join token stands in the answer only; how to start a framework by hand is told beside it. */
async function invite({ arguments: [name = ""], options, portal, io, isJson }: CommandCall): Promise<undefined> {
  const title = { ko: textOption(options, "title-ko") ?? name, en: textOption(options, "title-en") ?? name };
  const body = { name, title, ...(options.replace ? { replace: true } : {}) };
  const answer = await portal.json("POST", "/api/v1/clusters/invitations", invitation, { body });
  if (isJson) {
    io.write(asJson(answer));
    return;
  }
  io.write(`${answer.joinToken}\n`);
  io.note(`${answer.expiresAt}\n${answer.start ? `${answer.start.script}\n` : ""}`);
}

async function change(call: CommandCall, verb: string, body: object = {}): Promise<undefined> {
  const [name = ""] = call.arguments;
  const path = `/api/v1/clusters/${segment(name)}/${verb}`;
  const { state } = await call.portal.json("POST", path, changed, { body });
  call.io.write(call.isJson ? asJson({ name, state }) : `${name}  ${state}\n`);
}

async function forbidKeyChange({ arguments: [name = ""], portal, io, isJson }: CommandCall): Promise<undefined> {
  const path = `/api/v1/clusters/${segment(name)}/forbid-key-change`;
  const { jkt } = await portal.json("POST", path, z.looseObject({ jkt: z.string() }), { body: {} });
  io.write(isJson ? asJson({ name, jkt }) : `${name}  ${jkt}\n`);
}

const approve = (call: CommandCall) => {
  const isOperator = call.options.fingerprint !== undefined;
  return change(call, "approve", isOperator ? { fingerprint: neededOption(call.options, "fingerprint") } : {});
};

const text = { type: "string" } as const;
const one = { least: 1, most: 1 };

export const clusterCommands: Command[] = [
  {
    name: "cluster list",
    usage: "cluster list",
    help: { ko: "클러스터와 그 상태를 봅니다.", en: "List the clusters and their state." },
    least: 0,
    most: 0,
    run: list,
  },
  {
    name: "cluster invite",
    usage: "cluster invite NAME [--title-ko TEXT] [--title-en TEXT] [--replace]",
    help: {
      ko: "클러스터를 초대합니다. 참여 토큰을 한 번 출력하고, 프레임워크를 손으로 켜는 법을 알려 줍니다. --replace: 아는 클러스터의 열쇠를 바꿉니다.",
      en: "Invite a cluster: print its join token, once, and how to start its framework by hand. --replace: a new key for a known one.",
    },
    options: { "title-ko": text, "title-en": text, replace: { type: "boolean" } },
    ...one,
    run: invite,
  },
  {
    name: "cluster approve",
    usage: "cluster approve NAME [--fingerprint LAST-TWO-GROUPS]",
    help: {
      ko: "참여를 승인합니다. 클러스터의 운영자는 안에서 읽은 지문의 마지막 두 묶음을 주고, 허브 운영자는 그다음에 지문 없이 합니다.",
      en: "Let a cluster in: its operator with the last two groups of the fingerprint read inside it, then the hub operator without.",
    },
    options: { fingerprint: text },
    ...one,
    run: approve,
  },
  {
    name: "cluster suspend",
    usage: "cluster suspend NAME",
    help: { ko: "클러스터의 허가를 멈춥니다.", en: "Stop all grants from and for a cluster." },
    ...one,
    run: (call) => change(call, "suspend"),
  },
  {
    name: "cluster forbid-key-change",
    usage: "cluster forbid-key-change NAME",
    help: {
      ko: "클러스터가 알린 다음 열쇠를 막습니다. 지금 열쇠가 그대로 쓰입니다.",
      en: "Forbid the next key that a cluster announced: its present one goes on counting.",
    },
    ...one,
    run: forbidKeyChange,
  },
  {
    name: "cluster resume",
    usage: "cluster resume NAME",
    help: { ko: "멈춘 클러스터를 다시 엽니다(허브 운영자).", en: "Let a suspended cluster work again (hub operator)." },
    ...one,
    run: (call) => change(call, "resume"),
  },
  {
    name: "cluster leave",
    usage: "cluster leave NAME",
    help: {
      ko: "클러스터를 아주 내보냅니다. 협약이 끝나고 앱이 마켓에서 내려갑니다.",
      en: "Take a cluster out for good: its agreements end and its apps leave the market.",
    },
    ...one,
    run: (call) => change(call, "leave"),
  },
];
