import { route } from "#server/auth/api/api-route";
import { resumeAgreement } from "#server/hub/agreements/resume-agreement";
import { resumeAgreementOperation } from "#server/hub/openapi/portal-operations";

export const POST = route(resumeAgreementOperation, (ctx, { params }) => resumeAgreement(ctx, params));
