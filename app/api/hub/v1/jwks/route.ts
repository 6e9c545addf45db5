import { publicRoute } from "#server/auth/api/api-route";
import { jwksOperation } from "#server/hub/openapi/cluster-operations";

export const GET = publicRoute(jwksOperation, async ({ hub }) => {
  const { kty, crv, x, kid } = hub.signingKey;
  return { keys: [{ kty, crv, x, kid, alg: "EdDSA", use: "sig" }] };
});
