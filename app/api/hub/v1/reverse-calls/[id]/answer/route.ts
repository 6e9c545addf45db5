import { clusterStreamRoute } from "#server/auth/api/cluster-route";
import { bringAnswer } from "#server/hub/mailbox/bring-answer";
import { callAnswerOperation } from "#server/hub/openapi/reach-operations";
import { answerHeader } from "#server/protocol/reach";

export const PUT = clusterStreamRoute(callAnswerOperation, ["ACTIVE"], (ctx, { params, request }) =>
  bringAnswer(ctx, { id: params.id, head: request.headers.get(answerHeader), body: request.body }),
);
