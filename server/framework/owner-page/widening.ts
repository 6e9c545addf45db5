import { randomUUID } from "node:crypto";
import { KrdcError } from "#server/errors";
import { canonicalJson, digestOfJson } from "#server/protocol/canonical";
import { decideAgreement } from "../agreements/decide-agreement";
import { findOwnerAgreement } from "../agreements/list-owner-agreements";
import { setOffer } from "../agreements/set-offer";
import type { FrameworkContext } from "../context";
import { listPeers, resumePeer } from "../hosting/peers";
import type { Widening, WideningStatement } from "./owner-door";

export const statementOf = (ctx: FrameworkContext, widening: Widening): WideningStatement => ({
  ...widening,
  schema: "krdc.owner-decision/v1",
  id: randomUUID(),
  framework: ctx.name,
});

/** What the issuer signs together with who it was that signed in. */
export const nonceOf = (statement: WideningStatement) => digestOfJson(statement);

/** How the framework knows who decided, as the record of decisions keeps it. */
export type DecisionProof = { by: string; proof: Record<string, unknown> };

function refuseUnlessSame(found: unknown, seen: unknown): void {
  if (canonicalJson(found ?? null) !== canonicalJson(seen)) throw new KrdcError("conflict", "owner.decision_outdated");
}

/** Does what the statement says, to exactly the thing that the person saw. */
export async function carryOut(ctx: FrameworkContext, statement: WideningStatement, who: DecisionProof): Promise<void> {
  const { subject } = statement;
  switch (statement.action) {
    case "agreement.approve": {
      const decision = { decision: "approve" as const, document: statement.document };
      await decideAgreement(ctx, { ...who, id: subject, decision });
      return;
    }
    case "agreement.resume": {
      refuseUnlessSame((await findOwnerAgreement(ctx, subject)).document, statement.document);
      await decideAgreement(ctx, { ...who, id: subject, decision: { decision: "resume" } });
      return;
    }
    case "offer.set":
      await setOffer(ctx, { ...who, app: subject, document: statement.document });
      return;
    case "peer.resume": {
      const peer = (await listPeers(ctx)).find(({ name }) => name === subject);
      refuseUnlessSame(peer && { jkt: peer.jkt, gateway: peer.gateway }, statement.document);
      await resumePeer(ctx, { ...who, name: subject });
    }
  }
}
