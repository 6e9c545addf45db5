import { agreementsAnswer, hubQuestion, runsAnswer } from "#server/protocol/set-back";
import { operation } from "./operation";

const machine = { room: "frameworks", access: "cluster", method: "POST", body: hubQuestion } as const;

export const agreementsOfHostOperation = operation({
  ...machine,
  path: "/api/hub/v1/set-back/agreements",
  summary: "What was agreed with me: my database was set back",
  answer: agreementsAnswer,
});
export const runsOfHomeOperation = operation({
  ...machine,
  path: "/api/hub/v1/set-back/runs",
  summary: "Which runs were handed to me: my database was set back",
  answer: runsAnswer,
});
