import {
  getApps,
  getBuildView,
  getCheck,
  getHealth,
  getIdentity,
  postAgreement,
  postBuild,
  postPeers,
  postPublish,
  postRevoke,
} from "./answer-apps";
import {
  getEvents,
  getHosted,
  getHostedLog,
  getOutput,
  postAcknowledge,
  postCancelHosted,
  putHostedRun,
  putInput,
} from "./answer-hosted-runs";
import { getProxyLog, getProxyView, postProxyAction } from "./answer-proxies";
import { getFile, getRun, getStepLog, postCancel, postRetry, putRun, putUpload, streamRun } from "./answer-runs";
import type { Check, Handler } from "./call";
import { agreementAlive } from "./checks/agreement-alive";
import { answerKnownRun } from "./checks/answer-known-run";
import { bodyMatchesGrant } from "./checks/body-matches-grant";
import { exactlyOneGrant } from "./checks/exactly-one-grant";
import { grantBoundToProof } from "./checks/grant-bound-to-proof";
import { grantSignature } from "./checks/grant-signature";
import { hubIntrospection } from "./checks/hub-introspection";
import { jsonBody } from "./checks/json-body";
import { localPolicy } from "./checks/local-policy";
import { operatorSignature } from "./checks/operator-signature";
import { ownRun } from "./checks/own-run";
import { portalToken } from "./checks/portal-token";
import { proofByPinnedPeer } from "./checks/proof-by-pinned-peer";
import { proxyToken } from "./checks/proxy-token";
import { strictSchema } from "./checks/strict-schema";

const small = jsonBody(256 * 1024);
const request = jsonBody(2 * 1024 * 1024);
const submission = jsonBody(32 * 1024 * 1024);

const hosted = "/v1/hosted-runs/:runKey(^[0-9a-f]{64}$)/:attempt(^[1-9][0-9]{0,6}$)";

type Door = { checks: Check[]; answer: Handler };

/** Every door of the gateway, the checks that a call passes in their order, and who answers. This table is the security model. */
export const doors: Record<string, Door> = {
  [`PUT ${hosted}`]: {
    checks: [
      proofByPinnedPeer,
      request,
      answerKnownRun,
      exactlyOneGrant,
      grantSignature,
      grantBoundToProof,
      strictSchema,
      bodyMatchesGrant,
      localPolicy,
      agreementAlive,
      hubIntrospection,
    ],
    answer: putHostedRun,
  },
  [`GET ${hosted}`]: { checks: [proofByPinnedPeer, ownRun], answer: getHosted },
  [`GET ${hosted}/log`]: { checks: [proofByPinnedPeer, ownRun], answer: getHostedLog },
  [`PUT ${hosted}/inputs/:sha256(^[0-9a-f]{64}$)`]: { checks: [proofByPinnedPeer, ownRun], answer: putInput },
  [`GET ${hosted}/outputs/:sha256(^[0-9a-f]{64}$)`]: { checks: [proofByPinnedPeer, ownRun], answer: getOutput },
  [`POST ${hosted}/cancel`]: { checks: [proofByPinnedPeer, small, ownRun], answer: postCancelHosted },
  [`POST ${hosted}/acknowledge`]: { checks: [proofByPinnedPeer, small, ownRun], answer: postAcknowledge },
  "GET /v1/events": { checks: [proofByPinnedPeer], answer: getEvents },

  "PUT /v1/runs/:id": { checks: [portalToken, submission], answer: putRun },
  "GET /v1/runs/:id": { checks: [portalToken], answer: getRun },
  "GET /v1/runs/:id/events": { checks: [portalToken], answer: streamRun },
  "GET /v1/runs/:id/steps/:step/:index(^[0-9]{1,7}$)/log": { checks: [portalToken], answer: getStepLog },
  "GET /v1/runs/:id/files/:sha256(^[0-9a-f]{64}$)": { checks: [portalToken], answer: getFile },
  "POST /v1/runs/:id/cancel": { checks: [portalToken, small], answer: postCancel },
  "POST /v1/runs/:id/retry": { checks: [portalToken, small], answer: postRetry },
  "PUT /v1/uploads": { checks: [portalToken], answer: putUpload },
  "POST /v1/builds": { checks: [portalToken], answer: postBuild },
  "GET /v1/builds/:id": { checks: [portalToken], answer: getBuildView },
  "GET /v1/apps": { checks: [portalToken], answer: getApps },
  "POST /v1/apps/:name/versions/:version/publish": { checks: [portalToken, small], answer: postPublish },
  "POST /v1/agreements": { checks: [portalToken, request], answer: postAgreement },
  "POST /v1/agreements/:id/revoke": { checks: [portalToken, small], answer: postRevoke },
  "GET /v1/check": { checks: [portalToken], answer: getCheck },

  "GET /v1/proxies/:proxy/view": { checks: [proxyToken], answer: getProxyView },
  "GET /v1/proxies/:proxy/log": { checks: [proxyToken], answer: getProxyLog },
  "POST /v1/proxies/:proxy/:action": { checks: [proxyToken], answer: postProxyAction },

  "POST /v1/operator/peers": { checks: [small, operatorSignature], answer: postPeers },
  "POST /v1/operator/agreements/:id/revoke": { checks: [small, operatorSignature], answer: postRevoke },

  "GET /v1/identity": { checks: [], answer: getIdentity },
  "GET /v1/health": { checks: [], answer: getHealth },
};
