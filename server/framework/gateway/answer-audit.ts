import { acceptCheckpoint } from "#server/audit/accept-checkpoint";
import { listHashes } from "#server/audit/list-hashes";
import { listHeld, verifyOwnChain } from "#server/audit/verify-own-chain";
import { KrdcError } from "#server/errors";
import { checkpointReport, hashesRequest } from "#server/protocol/audit";
import { attemptsQuestion } from "#server/protocol/set-back";
import { chainOfPeer, ownChain } from "../audit/own-chain";
import { listOpenAttempts } from "../restore/list-open-attempts";
import { type Handler, proven } from "./call";

/** Our chain as we read it now, with the checkpoints of others that we hold. */
export const getAuditVerification: Handler = async ({ ctx }) => {
  const verified = await verifyOwnChain(ctx.db, ownChain(ctx));
  return { status: 200, json: { ...verified, held: await listHeld(ctx.db, ctx.name) } };
};

export const postAuditHashes: Handler = async (call) => {
  const read = hashesRequest.safeParse(call.json);
  if (!read.success) throw new KrdcError("invalid", "request.invalid");
  return { status: 200, json: { hashes: await listHashes(call.ctx.db, read.data.positions) } };
};

/** A peer gives us the head of its chain to keep. */
export const postCheckpoint: Handler = async (call) => {
  const read = checkpointReport.safeParse(call.json);
  if (!read.success) throw new KrdcError("invalid", "request.invalid");
  const { ctx } = call;
  const chain = chainOfPeer(ctx, proven(call, "peer"));
  return { status: 200, json: await acceptCheckpoint(ctx.db, ctx.now(), chain, read.data.checkpoint) };
};

/** A host that was set back asks what we have with it. */
export const postOpenAttempts: Handler = async (call) => {
  const read = attemptsQuestion.safeParse(call.json);
  if (!read.success) throw new KrdcError("invalid", "request.invalid");
  return { status: 200, json: await listOpenAttempts(call.ctx, proven(call, "peer").name, read.data) };
};
