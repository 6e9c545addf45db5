import { localRoute } from "#server/auth/api/local-route";
import { inviteCluster } from "#server/hub/clusters/invite-cluster";
import { localUser } from "#server/hub/members/member";
import { localInviteOperation } from "#server/hub/openapi/cluster-operations";

export const POST = localRoute(localInviteOperation, (ctx, { body }) =>
  inviteCluster({ ...ctx, user: localUser(["hub-operator"]) }, body),
);
