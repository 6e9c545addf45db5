import { route } from "#server/auth/api/api-route";
import { disableMember } from "#server/hub/members/disable-member";
import { disableMemberOperation } from "#server/hub/openapi/member-operations";

export const POST = route(disableMemberOperation, (ctx, { params }) => disableMember(ctx, params));
