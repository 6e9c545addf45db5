import { localRoute } from "#server/auth/api/local-route";
import { runCheck } from "#server/hub/checks/run-check";
import { localUser } from "#server/hub/members/member";
import { localCheckOperation } from "#server/hub/openapi/cluster-operations";

export const POST = localRoute(localCheckOperation, (ctx) => runCheck({ ...ctx, user: localUser(["hub-operator"]) }));
