import { localRoute } from "#server/auth/api/local-route";
import { hubEnv } from "#server/env";
import { localTokenOperation } from "#server/hub/openapi/cluster-operations";
import { createDemoToken } from "#server/hub/tokens/create-demo-token";

export const POST = localRoute(localTokenOperation, (ctx, { body }) => {
  const { OIDC_ISSUER: issuer, KRDC_DEMO } = hubEnv();
  return createDemoToken(ctx, { account: body.as, issuer, isDemo: KRDC_DEMO === "on" });
});
