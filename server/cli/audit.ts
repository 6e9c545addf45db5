import { inLanguage } from "#server/graph/text";
import { type AuditVerification, auditVerification, wordsFor } from "#server/protocol/audit";
import { asJson, type Command, type CommandCall, table } from "./command";
import { reasonSentence } from "./texts";

type Chain = AuditVerification["chains"][number];
type Language = "ko" | "en";

const hashWords = 12;

function stateOf({ broken, refusal }: Chain, language: Language): string {
  if (refusal !== null) return language === "ko" ? "확인하지 못함" : "not verified";
  if (broken.length === 0) return language === "ko" ? "맞음" : "holds";
  return language === "ko" ? "깨짐" : "broken";
}

function summaryOf(chains: Chain[], language: Language): string {
  const heads =
    language === "ko"
      ? ["사슬", "상태", "기록", "끝", "견준 확인점"]
      : ["chain", "state", "entries", "head", "compared"];
  const rows = chains.map((one) => [
    one.chain,
    stateOf(one, language),
    one.entries,
    one.head?.hash.slice(0, hashWords),
    one.compared,
  ]);
  return table([heads, ...rows]);
}

/** One line for each place that does not hold, and for each chain that nobody could read. */
function problemsOf({ chain, broken, refusal }: Chain, language: Language): string[] {
  const places = broken.map((place) => inLanguage(wordsFor(chain, place), language));
  const silent = refusal === null ? [] : [`${reasonSentence(refusal, {}, language) ?? ""} [${refusal}]`.trim()];
  return [...places, ...silent].map((line) => `${chain}: ${line}\n`);
}

/** With a token as its owner, otherwise as whoever holds this machine's home. */
async function verify({ portal, io, isJson }: CommandCall): Promise<number> {
  const answer = io.env.token
    ? await portal.json("GET", "/api/v1/audit/verification", auditVerification)
    : await portal.local("/api/v1/local/audit-verification", auditVerification, {});
  const problems = answer.chains.flatMap((one) => problemsOf(one, io.env.language));
  io.write(isJson ? asJson(answer) : summaryOf(answer.chains, io.env.language) + problems.join(""));
  return problems.length > 0 ? 1 : 0;
}

export const auditCommands: Command[] = [
  {
    name: "audit verify",
    usage: "audit verify",
    help: {
      ko: "허브와 클러스터의 감사 기록이 바뀌지 않았는지, 서로 가진 확인점과 맞는지 확인합니다.",
      en: "Verify that no audit chain was changed, and that each agrees with what others hold of it.",
    },
    least: 0,
    most: 0,
    run: verify,
  },
];
