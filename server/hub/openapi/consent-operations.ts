import { cachePermission } from "#server/protocol/cache-permission";
import { consentAnswer, consentQuestion } from "#server/protocol/consent";
import { grantRequest } from "#server/protocol/framework-api";
import { operation } from "./operation";

const machine = { room: "frameworks", access: "cluster" } as const;

export const consentLookOperation = operation({
  ...machine,
  method: "POST",
  path: "/api/hub/v1/consents",
  summary: "How the consent to one of my runs stands",
  body: consentQuestion,
  answer: consentAnswer,
});
export const cachePermissionOperation = operation({
  ...machine,
  method: "POST",
  path: "/api/hub/v1/cache-permissions",
  summary: "Could this first attempt be granted now, so that an earlier result may answer it?",
  body: grantRequest,
  answer: cachePermission,
});
