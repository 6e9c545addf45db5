import { route } from "#server/auth/api/api-route";
import { revokeAgreement } from "#server/hub/agreements/revoke-agreement";
import { revokeAgreementOperation } from "#server/hub/openapi/portal-operations";

export const POST = route(revokeAgreementOperation, (ctx, { params }) => revokeAgreement(ctx, params));
