import { wordsFor } from "#server/protocol/audit";
import type { HubContext } from "../context";
import { verifyAudit } from "./verify-audit";

/** Where audit chains do not verify or do not agree across peers, as lines of the check. */
export async function auditProblems(ctx: HubContext): Promise<{ invariant: string; what: string }[]> {
  const { chains } = await verifyAudit(ctx);
  return chains.flatMap(({ chain, broken, refusal }) => [
    ...broken.map((place) => ({
      invariant: place.by === chain ? "audit.chain_verifies" : "audit.agrees_across_peers",
      what: `${chain}: ${wordsFor(chain, place).en}`,
    })),
    ...(refusal === null ? [] : [{ invariant: "audit.chain_answers", what: `${chain}: ${refusal}` }]),
  ]);
}
