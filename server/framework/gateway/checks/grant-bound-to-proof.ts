import { KrdcError } from "#server/errors";
import { type Check, proven } from "../call";

/** The grant is for the key that made this proof, which is one that we go by for this home. */
export const grantBoundToProof: Check = async (call) => {
  const claims = proven(call, "claims");
  const peer = proven(call, "peer");
  // The proof's own check found this peer by that very key.
  const isBound = claims.cnf.jkt === proven(call, "proof").jkt && claims.home === peer.name;
  if (!isBound) throw new KrdcError("unauthenticated", "unauthenticated");
  return undefined;
};
