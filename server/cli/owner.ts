import { KrdcError } from "#server/errors";
import { inLanguage } from "#server/graph/text";
import { fingerprintOf } from "#server/protocol/keys";
import { type OfferDocument, offerDocument } from "#server/protocol/offer";
import {
  acceptPeersOf,
  approveOwned,
  changeOwned,
  forbidKeyOfPeer,
  listOwned,
  listOwnOffers,
  type OwnedAgreement,
  readIdentity,
  refuseOwned,
  rotateOwnKey,
  setOwnOffer,
} from "#server/protocol/owner-door";
import { termOptionSpecs, termsOfWords, termUsage } from "#server/protocol/owner-terms";
import { appWords, asJson, type Command, type CommandCall, neededOption, table } from "./command";
import { atOwnDoor, doorOptions, doorUsage, openDoorOf, openOneDoor, openOwnDoors } from "./owner-door";
import { reasonSentence } from "./texts";

function tell({ io, isJson }: CommandCall, row: OwnedAgreement): void {
  io.write(isJson ? asJson(row) : `${row.id}  ${row.state}\n`);
  if (row.isTold) return;
  io.note(`${reasonSentence("owner.hub_hears_later", {}, io.env.language)}\n`);
}

const ofMost = (used: number, most: number | null) => `${used}/${most ?? "∞"}`;

/** What owners see: who holds what, how much of it is used and set aside. */
export async function listAtOwnDoors(call: CommandCall): Promise<undefined> {
  const doors = await atOwnDoor(() => openOwnDoors(call));
  const found = await atOwnDoor(async () => {
    const rows: (OwnedAgreement & { cluster: string })[] = [];
    for (const door of doors) rows.push(...(await listOwned(door)).map((row) => ({ ...row, cluster: door.name })));
    return rows;
  });
  const { language } = call.io.env;
  const rows = found.map(({ id, cluster, app, state, requester, runsUsed, used, reserved, document, live }) => [
    id,
    `${cluster}/${app}`,
    state,
    requester ? inLanguage(requester.name as { ko: string; en: string }, language) : document.user,
    ofMost(runsUsed, document.budget.runs),
    ofMost(used.cpuSeconds + reserved.cpuSeconds, document.budget.cpuSeconds),
    ofMost(used.outputBytes + reserved.outputBytes, document.budget.outputBytes),
    live,
    document.expires,
  ]);
  call.io.write(call.isJson ? asJson({ items: found }) : table(rows));
}

const decide = (work: (call: CommandCall, id: string) => Promise<OwnedAgreement>) => async (call: CommandCall) => {
  const [id = ""] = call.arguments;
  tell(call, await atOwnDoor(() => work(call, id)));
  return undefined;
};

const approve = decide(async (call, id) => {
  const terms = termsOfWords(call.options);
  return approveOwned(await openDoorOf(call, id), id, terms);
});

const refuse = async (call: CommandCall) => {
  const reason = neededOption(call.options, "reason");
  return decide(async (_, id) => refuseOwned(await openDoorOf(call, id), id, reason))(call);
};

/** Suspend, resume or revoke at the owner's own door. */
export const changeAtOwnDoor = (verb: "suspend" | "resume" | "revoke") =>
  decide(async (call, id) => changeOwned(await openDoorOf(call, id), id, verb));

async function listOffers(call: CommandCall): Promise<undefined> {
  const doors = await atOwnDoor(() => openOwnDoors(call));
  const items = await atOwnDoor(async () => {
    const all: { app: string; document: OfferDocument }[] = [];
    for (const door of doors)
      all.push(...(await listOwnOffers(door)).map(({ app, document }) => ({ app: `${door.name}/${app}`, document })));
    return all;
  });
  const rows = items.map(({ app, document }) => [
    app,
    document.remote,
    document.perUser.runs ?? "∞",
    document.total.runs ?? "∞",
    document.maxConcurrent,
    document.maxDays,
  ]);
  call.io.write(call.isJson ? asJson({ items }) : table(rows));
}

/** The offer as it stands, with what the person named. */
function changedOffer(now: OfferDocument, options: CommandCall["options"]): OfferDocument {
  const { days, maxConcurrent, onRevoke, onDisconnect, onHubSilent, parameters, egress, ...perUser } =
    termsOfWords(options);
  const limited = parameters && { ...now.parameters, ...parameters };
  const use = { parameters: limited, egress };
  const named = { maxDays: days, maxConcurrent, onRevoke, onDisconnect, onHubSilent, ...use, remote: options.remote };
  const others = Object.fromEntries(Object.entries(named).filter(([, term]) => term !== undefined));
  const read = offerDocument.safeParse({ ...now, ...others, perUser: { ...now.perUser, ...perUser } });
  if (!read.success) throw new KrdcError("invalid", "owner.wrong_terms", { detail: { names: "--remote" } });
  return read.data;
}

async function setOffer(call: CommandCall): Promise<undefined> {
  const { cluster, name } = appWords(call.arguments[0] ?? "");
  const at = { ...call, options: { ...call.options, cluster } };
  const document = await atOwnDoor(async () => {
    const door = await openOneDoor(at);
    const now = (await listOwnOffers(door)).find(({ app }) => app === name);
    if (!now) throw new KrdcError("not_found", "agreement.app_not_offered", { detail: { app: name } });
    const changed = changedOffer(now.document, call.options);
    await setOwnOffer(door, name, changed);
    return changed;
  });
  const line = `${cluster}/${name}  ${document.remote}\n`;
  call.io.write(call.isJson ? asJson({ app: `${cluster}/${name}`, document }) : line);
}

const groups = (text: string) => (text.toLowerCase().match(/[0-9a-f]{4}/g) ?? []).join(" ");

/** Pins another framework's key, after its fingerprint was compared with what that cluster's operator said. */
async function acceptPeer(call: CommandCall): Promise<undefined> {
  const [gateway = ""] = call.arguments;
  const said = groups(neededOption(call.options, "fingerprint"));
  const peer = await atOwnDoor(async () => {
    const found = await readIdentity(gateway.replace(/\/+$/, ""));
    const real = fingerprintOf(found.jwk);
    const isWhole = said.split(" ").length === real.length && said === real.join(" ");
    if (!isWhole) throw new KrdcError("forbidden", "owner.wrong_fingerprint");
    await acceptPeersOf(await openOneDoor(call), [found]);
    return found;
  });
  call.io.write(call.isJson ? asJson({ name: peer.name, gateway: peer.gateway }) : `${peer.name}  ${peer.gateway}\n`);
}

/** A peer's next key that its operator did not announce to you is forbidden before it counts. */
async function forbidKeyChange(call: CommandCall): Promise<undefined> {
  const [name = ""] = call.arguments;
  await atOwnDoor(async () => forbidKeyOfPeer(await openOneDoor(call), name));
  call.io.write(call.isJson ? asJson({ name }) : `${name}\n`);
}

/** The framework itself makes its next key; this command only asks its own door for it, with the operator's key. */
async function rotateKey(call: CommandCall): Promise<undefined> {
  const [cluster = ""] = call.arguments;
  const at = { ...call, options: { ...call.options, cluster } };
  const change = await atOwnDoor(async () => rotateOwnKey(await openOneDoor(at)));
  call.io.write(call.isJson ? asJson({ cluster, ...change }) : `${change.fingerprint}  ${change.effectiveAt}\n`);
}

const text = { type: "string" } as const;
const terms = termOptionSpecs;
const one = { least: 1, most: 1 };

export const ownerCommands: Command[] = [
  {
    name: "agreement approve",
    usage: `agreement approve ID ${termUsage} ${doorUsage}`,
    help: {
      ko: "요청을 그대로, 또는 더 작게 승인합니다. 프레임워크의 문에서 운영자 열쇠로 서명하며, 허브가 멈춰 있어도 됩니다.",
      en: "Approve a request as asked or smaller, signed with the operator’s key at the framework’s own door; the hub may be away.",
    },
    options: { ...terms, ...doorOptions },
    ...one,
    run: approve,
  },
  {
    name: "agreement refuse",
    usage: `agreement refuse ID --reason TEXT ${doorUsage}`,
    help: { ko: "요청을 까닭과 함께 거절합니다.", en: "Refuse a request, with a reason." },
    options: { reason: text, ...doorOptions },
    ...one,
    run: refuse,
  },
  {
    name: "agreement resume",
    usage: `agreement resume ID ${doorUsage}`,
    help: {
      ko: "주인이 멈춘 협약을 다시 엽니다(운영자 열쇠로).",
      en: "Resume what the owner suspended, with the operator’s key.",
    },
    options: doorOptions,
    ...one,
    run: changeAtOwnDoor("resume"),
  },
  {
    name: "offer list",
    usage: `offer list ${doorUsage}`,
    help: { ko: "내 클러스터 앱들의 공개 조건을 봅니다.", en: "List the offers of your cluster’s apps." },
    options: doorOptions,
    least: 0,
    most: 0,
    run: listOffers,
  },
  {
    name: "offer set",
    usage: `offer set CLUSTER/APP [--remote open|on-request|closed] ${termUsage} [--url GATEWAY] [--key FILE]`,
    help: {
      ko: "앱의 공개 조건을 바꿉니다. 한도는 한 사람에 대한 것입니다.",
      en: "Change an app’s offer; the amounts are for each person.",
    },
    options: { ...terms, ...doorOptions, remote: text },
    ...one,
    run: setOffer,
  },
  {
    name: "peer accept",
    usage: `peer accept GATEWAY --fingerprint EIGHT-GROUPS ${doorUsage}`,
    help: {
      ko: "다른 프레임워크를 그 열쇠로 받아들입니다. 지문 여덟 묶음은 그 클러스터의 운영자에게 직접 들으세요.",
      en: "Accept another framework by its key. Hear its eight groups from that cluster’s operator, not from the network.",
    },
    options: { fingerprint: text, ...doorOptions },
    ...one,
    run: acceptPeer,
  },
  {
    name: "peer forbid-key-change",
    usage: `peer forbid-key-change PEER ${doorUsage}`,
    help: {
      ko: "상대가 알린 다음 열쇠를 막습니다. 여기서는 지금 열쇠가 그대로 쓰입니다.",
      en: "Forbid the next key that a peer announced: here its present one goes on counting.",
    },
    options: doorOptions,
    ...one,
    run: forbidKeyChange,
  },
  {
    name: "cluster rotate-key",
    usage: "cluster rotate-key NAME [--url GATEWAY] [--key FILE]",
    help: {
      ko: "클러스터의 열쇠를 바꿉니다. 프레임워크가 새 열쇠를 만들어 하루 앞서 알립니다(운영자 열쇠로).",
      en: "Change a cluster’s key: its framework makes the next one and announces it a day ahead, with the operator’s key.",
    },
    options: { url: text, key: text },
    ...one,
    run: rotateKey,
  },
];
