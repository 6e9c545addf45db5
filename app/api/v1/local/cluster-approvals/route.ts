import { localRoute } from "#server/auth/api/local-route";
import { approveCluster } from "#server/hub/clusters/approve-cluster";
import { localUser } from "#server/hub/members/member";
import { localApproveOperation } from "#server/hub/openapi/cluster-operations";

export const POST = localRoute(localApproveOperation, (ctx, { body }) => {
  const role = body.as === "hub" ? "hub-operator" : `operator:${body.name}`;
  return approveCluster({ ...ctx, user: localUser([role]) }, body);
});
