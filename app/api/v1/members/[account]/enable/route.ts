import { route } from "#server/auth/api/api-route";
import { enableMember } from "#server/hub/members/enable-member";
import { enableMemberOperation } from "#server/hub/openapi/member-operations";

export const POST = route(enableMemberOperation, (ctx, { params }) => enableMember(ctx, params));
