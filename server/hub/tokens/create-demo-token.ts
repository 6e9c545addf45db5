import { KrdcError } from "#server/errors";
import type { HubContext } from "../context";
import { getDemoMember } from "../members/get-demo-member";
import { createApiToken } from "./create-api-token";

type Wish = { account: string; issuer: string; isDemo: boolean };

/** A token of a demo account for commands on this machine; nothing of the kind exists where real people sign in. */
export async function createDemoToken(ctx: HubContext, wish: Wish): Promise<{ token: string }> {
  if (!wish.isDemo) throw new KrdcError("forbidden", "local.demo_off");
  const member = await getDemoMember(ctx.db, wish.issuer, wish.account);
  const wished = { memberId: member.id, actor: "local", name: "local", days: 30 };
  const { token } = await createApiToken(ctx.db, wished, ctx.now());
  return { token };
}
