import { route } from "#server/auth/api/api-route";
import { inviteCluster } from "#server/hub/clusters/invite-cluster";
import { inviteClusterOperation } from "#server/hub/openapi/cluster-operations";

export const POST = route(inviteClusterOperation, (ctx, { body }) => inviteCluster(ctx, body));
