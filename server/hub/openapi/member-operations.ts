import { z } from "zod";
import { operation } from "./operation";

const room = "members";
const byAccount = z.strictObject({ account: z.string().min(1).max(255) });
const standing = z.object({ account: z.string(), disabledAt: z.iso.datetime().nullable() });

export const disableMemberOperation = operation({
  method: "POST",
  path: "/api/v1/members/{account}/disable",
  room,
  summary: "A member may do nothing any more: browsers and tokens are signed out, what runs elsewhere is ended",
  params: byAccount,
  answer: standing,
});
export const enableMemberOperation = operation({
  method: "POST",
  path: "/api/v1/members/{account}/enable",
  room,
  summary: "A disabled member may sign in again",
  params: byAccount,
  answer: standing,
});
