import { clusterRoute } from "#server/auth/api/cluster-route";
import { agreementsOfHostOperation } from "#server/hub/openapi/restore-operations";
import { listAgreementsOfHost } from "#server/hub/restore/list-agreements-of-host";

export const POST = clusterRoute(agreementsOfHostOperation, ["ACTIVE", "SUSPENDED"], (ctx, { body }) =>
  listAgreementsOfHost(ctx, body),
);
