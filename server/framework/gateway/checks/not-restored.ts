import { refuseWhileRestored } from "../../restore/standing";
import { type Check, proven } from "../call";

/** A database that was set back takes nothing new in before it has read again what it forgot; nothing is consumed. */
export const notRestored: Check = async (call) => {
  await refuseWhileRestored(call.ctx, proven(call, "peer").name);
  return undefined;
};
