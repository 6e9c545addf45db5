import { route } from "#server/auth/api/api-route";
import { listAgreements } from "#server/hub/agreements/list-agreements";
import { requestAgreement } from "#server/hub/agreements/request-agreement";
import { listAgreementsOperation, requestAgreementOperation } from "#server/hub/openapi/portal-operations";

export const GET = route(listAgreementsOperation, async (ctx) => ({ items: await listAgreements(ctx) }));
export const POST = route(requestAgreementOperation, (ctx, { body }) => requestAgreement(ctx, body));
