"use server";

import { revalidatePath } from "next/cache";
import { z } from "zod";
import { action } from "#server/auth/action";
import { revokeSession } from "#server/hub/sessions/revoke-session";
import { createApiToken } from "#server/hub/tokens/create-api-token";
import { revokeApiToken } from "#server/hub/tokens/revoke-api-token";

const byId = z.object({ id: z.uuid() });
const tokenForm = z.object({ name: z.string().trim().min(1).max(80), days: z.int().min(1).max(365) });

export const endSessionAction = action(byId, async (ctx, input) => {
  const ended = await revokeSession(ctx, input);
  revalidatePath("/settings");
  return ended;
});

export const createTokenAction = action(tokenForm, async (ctx, { name, days }) => {
  const wish = { memberId: ctx.user.id, actor: ctx.user.account, name, days };
  const { token } = await createApiToken(ctx.db, wish, ctx.now());
  revalidatePath("/settings");
  return { token };
});

export const revokeTokenAction = action(byId, async (ctx, input) => {
  const revoked = await revokeApiToken(ctx, input);
  revalidatePath("/settings");
  return revoked;
});
