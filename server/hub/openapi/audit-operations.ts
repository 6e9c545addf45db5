import { auditVerification, checkpointAnswer, checkpointReport, heldAnswer } from "#server/protocol/audit";
import { operation } from "./operation";

export const auditVerificationOperation = operation({
  method: "GET",
  path: "/api/v1/audit/verification",
  room: "audit",
  summary: "Whether every audit chain verifies and agrees with what others hold of it",
  answer: auditVerification,
});
export const localAuditVerificationOperation = operation({
  method: "POST",
  path: "/api/v1/local/audit-verification",
  room: "local",
  summary: "Whether every audit chain verifies and agrees with what others hold of it",
  access: "local",
  answer: auditVerification,
});

const machine = { room: "frameworks", access: "cluster" } as const;
export const checkpointsOperation = operation({
  ...machine,
  method: "POST",
  path: "/api/hub/v1/checkpoints",
  summary: "The signed head of the calling cluster's audit chain",
  body: checkpointReport,
  answer: heldAnswer,
});
export const checkpointOperation = operation({
  ...machine,
  method: "GET",
  path: "/api/hub/v1/checkpoint",
  summary: "The signed head of the hub's audit chain",
  answer: checkpointAnswer,
});
