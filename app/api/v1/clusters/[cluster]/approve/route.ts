import { route } from "#server/auth/api/api-route";
import { approveCluster } from "#server/hub/clusters/approve-cluster";
import { approveClusterOperation } from "#server/hub/openapi/cluster-operations";

export const POST = route(approveClusterOperation, (ctx, { params, body: { fingerprint } }) =>
  approveCluster(ctx, { name: params.cluster, fingerprint, as: fingerprint === undefined ? "hub" : "operator" }),
);
