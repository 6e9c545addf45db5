import { publicRoute } from "#server/auth/api/api-route";
import { allOperations, openapiDocument } from "#server/hub/openapi/document";
import { openapiOperation } from "#server/hub/openapi/portal-operations";

export const GET = publicRoute(openapiOperation, async () =>
  openapiDocument(
    allOperations.filter(({ path }) => path.startsWith("/api/v1/")),
    "0.1.0",
  ),
);
