import { publicRoute } from "#server/auth/api/api-route";
import { healthOperation } from "#server/hub/openapi/portal-operations";

export const GET = publicRoute(healthOperation, async () => ({ ok: true, version: "0.1.0" }));
