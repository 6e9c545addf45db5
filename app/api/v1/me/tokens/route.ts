import { route } from "#server/auth/api/api-route";
import { createTokenOperation, listTokensOperation } from "#server/hub/openapi/portal-operations";
import { createApiToken } from "#server/hub/tokens/create-api-token";
import { listApiTokens } from "#server/hub/tokens/list-api-tokens";

export const GET = route(listTokensOperation, (ctx) => listApiTokens(ctx));
export const POST = route(createTokenOperation, (ctx, { body }) =>
  createApiToken(ctx.db, { memberId: ctx.user.id, actor: ctx.user.account, ...body }, ctx.now()),
);
