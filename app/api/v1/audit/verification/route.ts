import { route } from "#server/auth/api/api-route";
import { verifyAudit } from "#server/hub/audit/verify-audit";
import { auditVerificationOperation } from "#server/hub/openapi/audit-operations";

export const GET = route(auditVerificationOperation, (ctx) => verifyAudit(ctx));
