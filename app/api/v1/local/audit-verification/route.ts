import { localRoute } from "#server/auth/api/local-route";
import { verifyAudit } from "#server/hub/audit/verify-audit";
import { localUser } from "#server/hub/members/member";
import { localAuditVerificationOperation } from "#server/hub/openapi/audit-operations";

export const POST = localRoute(localAuditVerificationOperation, (ctx) =>
  verifyAudit({ ...ctx, user: localUser(["hub-operator"]) }),
);
