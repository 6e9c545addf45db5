import { route } from "#server/auth/api/api-route";
import { suspendAgreement } from "#server/hub/agreements/suspend-agreement";
import { suspendAgreementOperation } from "#server/hub/openapi/portal-operations";

export const POST = route(suspendAgreementOperation, (ctx, { params }) => suspendAgreement(ctx, params));
