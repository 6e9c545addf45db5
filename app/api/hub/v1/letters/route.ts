import { clusterRoute } from "#server/auth/api/cluster-route";
import { sendLetter } from "#server/hub/mailbox/send-letter";
import { letterOperation } from "#server/hub/openapi/reach-operations";

export const POST = clusterRoute(letterOperation, ["ACTIVE"], (ctx, { body }) => sendLetter(ctx, body));
