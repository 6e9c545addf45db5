import { KrdcError } from "#server/errors";
import { type Check, proven } from "../call";

/** The grant is for the key that made this proof, which is the key that we pinned for this home. */
export const grantBoundToProof: Check = async (call) => {
  const claims = proven(call, "claims");
  const peer = proven(call, "peer");
  const isBound =
    claims.cnf.jkt === proven(call, "proof").jkt && claims.cnf.jkt === peer.jkt && claims.home === peer.name;
  if (!isBound) throw new KrdcError("unauthenticated", "unauthenticated");
  return undefined;
};
