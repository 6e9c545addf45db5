import type { z } from "zod";
import { recordEntry } from "#server/audit/record-entry";
import { KrdcError } from "#server/errors";
import { type AgreementProposal, proposalAnswer } from "#server/protocol/agreement";
import { getActiveCluster } from "../clusters/get-active-cluster";
import type { AnyContext } from "../context";
import { callGateway } from "../gateways/framework-client";
import type { User } from "../members/member";
import { type Agreement, wasTakenAway } from "./agreement";
import { changeAgreement, findById, findDecisive } from "./agreements.repo";
import { countersignAgreement } from "./countersign-agreement";

type Refused = { state: "REFUSED"; error: KrdcError };

/** What an operator took away, an open offer does not give back by itself: then only a person at the host decides. */
async function needsPerson(ctx: AnyContext, agreement: Agreement): Promise<boolean> {
  const last = await findDecisive(ctx.db, agreement);
  return last !== undefined && wasTakenAway(last);
}

async function proposalOf(ctx: AnyContext, agreement: Agreement, user: User): Promise<AgreementProposal> {
  const { document, hubSignature, purpose } = agreement;
  const requester = { name: user.name, organization: user.organization.name };
  const isForPerson = await needsPerson(ctx, agreement);
  return { document, hubSignature: hubSignature ?? "", purpose, requester, ...(isForPerson && { needsPerson: true }) };
}

/** The host's own word about the agreement; a refusal on the way to it, as of a suspended cluster, decides nothing. */
const isHostsRefusal = (error: unknown): error is KrdcError =>
  error instanceof KrdcError && error.kind === "forbidden" && error.reason.startsWith("agreement.");

/** A host that refuses outright has answered as well; only silence and broken answers are tried again. */
async function askHost(ctx: AnyContext, agreement: Agreement, user: User) {
  const json = await proposalOf(ctx, agreement, user);
  const call = { method: "POST", path: "/v1/agreements", json } as const;
  try {
    return proposalAnswer.parse(await callGateway(ctx, { cluster: agreement.host, user }, call));
  } catch (error) {
    if (!isHostsRefusal(error)) throw error;
    const refused: Refused = { state: "REFUSED", error };
    return refused;
  }
}

type Answer = z.infer<typeof proposalAnswer> | Refused;

async function writeRefusal(ctx: AnyContext, { id, host }: Agreement, refusal: string): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    const ended = { refusal, deliveredAt: ctx.now(), endedAt: ctx.now() };
    const row = await changeAgreement(tx, id, ["REQUESTED"], { state: "REJECTED", ...ended });
    const entry = { actor: host, action: "agreement.reject", subject: id, detail: { reason: refusal } };
    if (row) await recordEntry(tx, ctx.now(), entry);
  });
}

async function writeAnswer(ctx: AnyContext, agreement: Agreement, answer: Answer, user: User): Promise<Agreement> {
  const { id } = agreement;
  if (answer.state === "SIGNED" && !(await needsPerson(ctx, agreement))) {
    const host = await getActiveCluster(ctx.db, agreement.host);
    return countersignAgreement(ctx, agreement, answer, { host, actor: user.account });
  }
  if (answer.state === "REJECTED") await writeRefusal(ctx, agreement, answer.reason);
  else if (answer.state === "REFUSED") {
    await writeRefusal(ctx, agreement, answer.error.reason);
    throw answer.error;
  } else await changeAgreement(ctx.db, id, ["REQUESTED"], { deliveredAt: ctx.now() });
  return (await findById(ctx.db, id)) ?? agreement;
}

/** Brings a request to its host and writes down the host's word; asking again gets the same word. */
export async function deliverRequest(ctx: AnyContext, agreement: Agreement, user: User): Promise<Agreement> {
  return writeAnswer(ctx, agreement, await askHost(ctx, agreement, user), user);
}
