import { localRoute } from "#server/auth/api/local-route";
import { rotateHubKey } from "#server/hub/keys/rotate-hub-key";
import { localUser } from "#server/hub/members/member";
import { localRotateHubKeyOperation } from "#server/hub/openapi/cluster-operations";

export const POST = localRoute(localRotateHubKeyOperation, (ctx) =>
  rotateHubKey({ ...ctx, user: localUser(["hub-operator"]) }),
);
