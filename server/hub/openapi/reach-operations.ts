import { z } from "zod";
import { nextCalls, nextCallsRequest, sealedLetter } from "#server/protocol/reach";
import { operation } from "./operation";

const machine = { room: "frameworks", access: "cluster" } as const;
const waitingCall = z.strictObject({ id: z.uuid() });
export const nextCallsOperation = operation({
  ...machine,
  method: "POST",
  path: "/api/hub/v1/reverse-calls/next",
  summary: "What waits for a cluster that nobody dials: calls of the portal and letters of its peers",
  body: nextCallsRequest,
  answer: nextCalls,
});
export const callBodyOperation = operation({
  ...machine,
  method: "GET",
  path: "/api/hub/v1/reverse-calls/{id}/body",
  summary: "The body of a call that the calling cluster took",
  params: waitingCall,
  answer: "bytes",
});
export const callAnswerOperation = operation({
  ...machine,
  method: "PUT",
  path: "/api/hub/v1/reverse-calls/{id}/answer",
  summary: "The answer to a call that the calling cluster took",
  params: waitingCall,
  stream: "*/*",
  answer: z.object({}),
});
export const letterOperation = operation({
  ...machine,
  method: "POST",
  path: "/api/hub/v1/letters",
  summary: "A sealed letter for a cluster that its sender cannot dial",
  body: sealedLetter,
  answer: z.object({}),
});
