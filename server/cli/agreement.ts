import { z } from "zod";
import { appWords, asJson, type Command, type CommandCall, neededOption, table, wholeNumberOption } from "./command";
import { segment } from "./portal";

const row = z.looseObject({
  id: z.string(),
  app: z.string(),
  state: z.string(),
  purpose: z.string().nullish(),
  expiresAt: z.string().nullish(),
});
const agreement = z.looseObject({ id: z.string(), state: z.string() });
const clusterRow = z.looseObject({
  name: z.string(),
  state: z.string(),
  gateway: z.string().nullish(),
  version: z.string().nullish(),
});
const listOf = <T extends z.ZodType>(item: T) => z.looseObject({ items: z.array(item) });

async function requestAccess({ arguments: [path = ""], options, portal, io, isJson }: CommandCall): Promise<undefined> {
  const { cluster, name } = appWords(path);
  const body = {
    app: `${cluster}/${name}`,
    days: wholeNumberOption(options, "days"),
    runs: wholeNumberOption(options, "runs"),
    purpose: neededOption(options, "purpose"),
  };
  const answer = await portal.json("POST", "/api/v1/agreements", agreement, { body });
  io.write(isJson ? asJson(answer) : `${answer.id}  ${answer.state}\n`);
}

async function listAgreements({ portal, io, isJson }: CommandCall): Promise<undefined> {
  const answer = await portal.json("GET", "/api/v1/agreements", listOf(row));
  const rows = answer.items.map((item) => [item.id, item.app, item.state, item.expiresAt, item.purpose]);
  io.write(isJson ? asJson(answer) : table(rows));
}

async function revokeAgreement({ arguments: [id = ""], portal, io, isJson }: CommandCall): Promise<undefined> {
  const answer = await portal.json("POST", `/api/v1/agreements/${segment(id)}/revoke`, agreement, { body: {} });
  io.write(isJson ? asJson(answer) : `${answer.id}  ${answer.state}\n`);
}

async function listClusters({ portal, io, isJson }: CommandCall): Promise<undefined> {
  const answer = await portal.json("GET", "/api/v1/clusters", listOf(clusterRow));
  const rows = answer.items.map((item) => [item.name, item.state, item.version, item.gateway]);
  io.write(isJson ? asJson(answer) : table(rows));
}

export const agreementCommands: Command[] = [
  {
    name: "access request",
    usage: "access request CLUSTER/APP --days N --runs N --purpose TEXT",
    help: {
      ko: "다른 클러스터의 앱을 쓰도록 허락을 요청합니다.",
      en: "Ask for permission to use an app of another cluster.",
    },
    options: { days: { type: "string" }, runs: { type: "string" }, purpose: { type: "string" } },
    least: 1,
    most: 1,
    run: requestAccess,
  },
  {
    name: "agreement list",
    usage: "agreement list",
    help: { ko: "나와 관련된 합의를 봅니다.", en: "List the agreements that concern you." },
    least: 0,
    most: 0,
    run: listAgreements,
  },
  {
    name: "agreement revoke",
    usage: "agreement revoke ID",
    help: {
      ko: "합의를 철회합니다. 실행 중인 작업도 끝납니다.",
      en: "Revoke an agreement; what runs under it is ended.",
    },
    least: 1,
    most: 1,
    run: revokeAgreement,
  },
  {
    name: "cluster list",
    usage: "cluster list",
    help: { ko: "클러스터와 그 상태를 봅니다.", en: "List the clusters and their state." },
    least: 0,
    most: 0,
    run: listClusters,
  },
];
