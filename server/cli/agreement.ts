import { z } from "zod";
import { appWords, asJson, type Command, type CommandCall, neededOption, table, wholeNumberOption } from "./command";
import { changeAtOwnDoor, listAtOwnDoors } from "./owner";
import { doorOptions, doorUsage, namesDoor } from "./owner-door";
import { segment } from "./portal";

const amounts = z.looseObject({ runs: z.number().nullish(), cpuSeconds: z.number().nullish() });

const row = z.looseObject({
  id: z.string(),
  app: z.string(),
  state: z.string(),
  purpose: z.string().nullish(),
  expiresAt: z.string().nullish(),
  runsUsed: z.number().nullish(),
  runsLimit: z.number().nullish(),
  used: amounts.nullish(),
  budget: amounts.nullish(),
});
type Row = z.infer<typeof row>;
const agreement = z.looseObject({ id: z.string(), state: z.string() });
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

/** Used of what was agreed, and what is left: `3/10 (7)`. */
function usedOf(used: number | null | undefined, most: number | null | undefined): string {
  const taken = used ?? 0;
  return most === null || most === undefined ? String(taken) : `${taken}/${most} (${Math.max(0, most - taken)})`;
}

const lineOf = ({ id, app, state, expiresAt, purpose, ...row }: Row) => [
  id,
  app,
  state,
  usedOf(row.used?.runs ?? row.runsUsed, row.budget?.runs ?? row.runsLimit),
  usedOf(row.used?.cpuSeconds, row.budget?.cpuSeconds),
  expiresAt,
  purpose,
];

async function listAgreements(call: CommandCall): Promise<undefined> {
  if (namesDoor(call)) return listAtOwnDoors(call);
  const answer = await call.portal.json("GET", "/api/v1/agreements", listOf(row));
  call.io.write(call.isJson ? asJson(answer) : table(answer.items.map(lineOf)));
  return undefined;
}

async function changeAtPortal(call: CommandCall, verb: "revoke" | "suspend"): Promise<undefined> {
  const [id = ""] = call.arguments;
  const path = `/api/v1/agreements/${segment(id)}/${verb}`;
  const answer = await call.portal.json("POST", path, agreement, { body: {} });
  call.io.write(call.isJson ? asJson(answer) : `${answer.id}  ${answer.state}\n`);
  return undefined;
}

/**
 * Narrowing goes through the portal in one's own name. Who is the owner names the own door: falling back to it because the
 * portal is away would make a member's wish the owner's decision wherever the key can be read.
 */
const narrow = (verb: "revoke" | "suspend") => (call: CommandCall) =>
  namesDoor(call) ? changeAtOwnDoor(verb)(call) : changeAtPortal(call, verb);

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
    usage: `agreement list ${doorUsage}`,
    help: {
      ko: "나와 관련된 협약과 쓴 양(남은 양)을 봅니다. 클러스터를 주면 그 주인의 문에서 읽습니다.",
      en: "List the agreements that concern you, used (left). With a cluster: as its owner’s own door tells them.",
    },
    options: doorOptions,
    least: 0,
    most: 0,
    run: listAgreements,
  },
  {
    name: "agreement revoke",
    usage: `agreement revoke ID ${doorUsage}`,
    help: {
      ko: "협약을 철회합니다. 실행 중인 작업도 끝납니다. 클러스터를 주면 그 주인으로서 허브 없이 합니다.",
      en: "Revoke an agreement; what runs under it is ended. With a cluster: as its owner, also while the hub is away.",
    },
    options: doorOptions,
    least: 1,
    most: 1,
    run: narrow("revoke"),
  },
  {
    name: "agreement suspend",
    usage: `agreement suspend ID ${doorUsage}`,
    help: {
      ko: "협약을 잠시 멈춥니다. 도는 것은 그대로 두고 새로 시작하지 않습니다.",
      en: "Suspend an agreement: what runs is left alone, nothing new starts.",
    },
    options: doorOptions,
    least: 1,
    most: 1,
    run: narrow("suspend"),
  },
];
