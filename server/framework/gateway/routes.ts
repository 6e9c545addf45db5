import {
  postAgreementVerb,
  postForbidKeyChange,
  postOffer,
  postPeerResume,
  postPeerSuspend,
  showAgreement,
  showAgreements,
  showHostedRuns,
  showOffer,
  showOffers,
  showPeers,
  showStatus,
} from "../owner-page/answer-pages";
import { getCallback, getLanguage, getSignIn, postSignOut } from "../owner-page/answer-sign-in";
import {
  getApps,
  getBuildView,
  getCheck,
  getHealth,
  getIdentity,
  postAgreement,
  postBuild,
  postPublish,
  postRevoke,
  postSuspend,
} from "./answer-apps";
import { getAuditVerification, postAuditHashes, postCheckpoint, postOpenAttempts } from "./answer-audit";
import {
  getEvents,
  getHosted,
  getHostedLog,
  getInput,
  getOutput,
  postAcknowledge,
  postCancelHosted,
  postLeases,
  postStatusCheck,
  postStatusRelay,
  putHostedRun,
  putInput,
} from "./answer-hosted-runs";
import {
  getHostedRuns,
  getOffer,
  getOffers,
  getOwnerAgreements,
  getPeers,
  getStatus,
  postApprove,
  postForbidPeerKey,
  postKeyChange,
  postOwnerResume,
  postOwnerRevoke,
  postOwnerSuspend,
  postPeers,
  postReject,
  postResumePeer,
  postSuspendPeer,
  putOffer,
} from "./answer-operator";
import { getProxyLog, getProxyView, postProxyAction } from "./answer-proxies";
import { getCallBody, postNextCalls, putCallAnswer } from "./answer-reverse-calls";
import {
  getFile,
  getRun,
  getStepLog,
  postAbandon,
  postCancel,
  postConsent,
  postRetry,
  putRun,
  putUpload,
  streamRun,
} from "./answer-runs";
import type { Check, Handler } from "./call";
import { agreementAlive } from "./checks/agreement-alive";
import { answerKnownRun } from "./checks/answer-known-run";
import { bodyMatchesGrant } from "./checks/body-matches-grant";
import { egressAllowed } from "./checks/egress-allowed";
import { exactlyOneGrant } from "./checks/exactly-one-grant";
import { grantAfterRestore } from "./checks/grant-after-restore";
import { grantBoundToProof } from "./checks/grant-bound-to-proof";
import { grantSignature } from "./checks/grant-signature";
import { hubIntrospection } from "./checks/hub-introspection";
import { jsonBody } from "./checks/json-body";
import { localPolicy } from "./checks/local-policy";
import { notRestored } from "./checks/not-restored";
import { operatorRole } from "./checks/operator-role";
import { operatorSignature } from "./checks/operator-signature";
import { ownRun } from "./checks/own-run";
import { ownerForm } from "./checks/owner-form";
import { ownerSession } from "./checks/owner-session";
import { parameterLimits } from "./checks/parameter-limits";
import { peerRate } from "./checks/peer-rate";
import { portalToken } from "./checks/portal-token";
import { proofByPinnedPeer } from "./checks/proof-by-pinned-peer";
import { proxyToken } from "./checks/proxy-token";
import { strictSchema } from "./checks/strict-schema";

const small = jsonBody(256 * 1024);
const request = jsonBody(2 * 1024 * 1024);
const submission = jsonBody(32 * 1024 * 1024);

/** An accepted framework, and not too often. */
const peer = [proofByPinnedPeer, peerRate];

const hosted = "/v1/hosted-runs/:runKey(^[0-9a-f]{64}$)/:attempt(^[1-9][0-9]{0,6}$)";

type Door = { checks: Check[]; answer: Handler };

/** Every door of the gateway, the checks that a call passes in their order, and who answers. This table is the security model. */
export const doors: Record<string, Door> = {
  [`PUT ${hosted}`]: {
    checks: [
      ...peer,
      request,
      answerKnownRun,
      notRestored,
      exactlyOneGrant,
      grantSignature,
      grantBoundToProof,
      grantAfterRestore,
      strictSchema,
      bodyMatchesGrant,
      parameterLimits,
      egressAllowed,
      localPolicy,
      agreementAlive,
      hubIntrospection,
    ],
    answer: putHostedRun,
  },
  [`GET ${hosted}`]: { checks: [...peer, ownRun], answer: getHosted },
  [`GET ${hosted}/log`]: { checks: [...peer, ownRun], answer: getHostedLog },
  [`PUT ${hosted}/inputs/:sha256(^[0-9a-f]{64}$)`]: { checks: [...peer, ownRun], answer: putInput },
  [`GET ${hosted}/inputs/:sha256(^[0-9a-f]{64}$)`]: { checks: [...peer, ownRun], answer: getInput },
  [`GET ${hosted}/outputs/:sha256(^[0-9a-f]{64}$)`]: { checks: [...peer, ownRun], answer: getOutput },
  [`POST ${hosted}/cancel`]: { checks: [...peer, small, ownRun], answer: postCancelHosted },
  [`POST ${hosted}/acknowledge`]: { checks: [...peer, small, ownRun], answer: postAcknowledge },
  "POST /v1/open-attempts": { checks: [...peer, small], answer: postOpenAttempts },
  "POST /v1/checkpoints": { checks: [...peer, small], answer: postCheckpoint },
  "GET /v1/events": { checks: peer, answer: getEvents },
  "POST /v1/leases": { checks: [...peer, small], answer: postLeases },
  "POST /v1/status-relays": { checks: [...peer, small], answer: postStatusRelay },
  "POST /v1/reverse-calls/next": { checks: [...peer, small], answer: postNextCalls },
  "GET /v1/reverse-calls/:id/body": { checks: peer, answer: getCallBody },
  "PUT /v1/reverse-calls/:id/answer": { checks: peer, answer: putCallAnswer },

  "PUT /v1/runs/:id": { checks: [portalToken, submission], answer: putRun },
  "GET /v1/runs/:id": { checks: [portalToken], answer: getRun },
  "GET /v1/runs/:id/events": { checks: [portalToken], answer: streamRun },
  "GET /v1/runs/:id/steps/:step/:index(^[0-9]{1,7}$)/log": { checks: [portalToken], answer: getStepLog },
  "GET /v1/runs/:id/files/:sha256(^[0-9a-f]{64}$)": { checks: [portalToken], answer: getFile },
  "POST /v1/runs/:id/cancel": { checks: [portalToken, small], answer: postCancel },
  "POST /v1/runs/:id/consent": { checks: [portalToken, small], answer: postConsent },
  "POST /v1/runs/:id/retry": { checks: [portalToken, small], answer: postRetry },
  "POST /v1/runs/:id/steps/:step/:index(^[0-9]{1,7}$)/abandon": { checks: [portalToken, small], answer: postAbandon },
  "PUT /v1/uploads": { checks: [portalToken], answer: putUpload },
  "POST /v1/builds": { checks: [portalToken], answer: postBuild },
  "GET /v1/builds/:id": { checks: [portalToken], answer: getBuildView },
  "GET /v1/apps": { checks: [portalToken], answer: getApps },
  "POST /v1/apps/:name/versions/:version/publish": { checks: [portalToken, small], answer: postPublish },
  "POST /v1/agreements": { checks: [portalToken, request], answer: postAgreement },
  "POST /v1/status-checks": { checks: [portalToken, small], answer: postStatusCheck },
  "POST /v1/agreements/:id/revoke": { checks: [portalToken, small], answer: postRevoke },
  "POST /v1/agreements/:id/suspend": { checks: [portalToken, small], answer: postSuspend },
  "GET /v1/check": { checks: [portalToken], answer: getCheck },
  "GET /v1/audit/verification": { checks: [portalToken, operatorRole], answer: getAuditVerification },
  "POST /v1/audit/hashes": { checks: [portalToken, operatorRole, small], answer: postAuditHashes },

  "GET /v1/proxies/:proxy/view": { checks: [proxyToken], answer: getProxyView },
  "GET /v1/proxies/:proxy/attempts/:attempt/log": { checks: [proxyToken], answer: getProxyLog },
  "POST /v1/proxies/:proxy/attempts/:attempt/:action": { checks: [proxyToken], answer: postProxyAction },

  "GET /v1/operator/status": { checks: [operatorSignature], answer: getStatus },
  "GET /v1/operator/agreements": { checks: [operatorSignature], answer: getOwnerAgreements },
  "POST /v1/operator/agreements/:id/approve": { checks: [small, operatorSignature], answer: postApprove },
  "POST /v1/operator/agreements/:id/reject": { checks: [small, operatorSignature], answer: postReject },
  "POST /v1/operator/agreements/:id/suspend": { checks: [small, operatorSignature], answer: postOwnerSuspend },
  "POST /v1/operator/agreements/:id/resume": { checks: [small, operatorSignature], answer: postOwnerResume },
  "POST /v1/operator/agreements/:id/revoke": { checks: [small, operatorSignature], answer: postOwnerRevoke },
  "GET /v1/operator/offers": { checks: [operatorSignature], answer: getOffers },
  "GET /v1/operator/offers/:app": { checks: [operatorSignature], answer: getOffer },
  "PUT /v1/operator/offers/:app": { checks: [small, operatorSignature], answer: putOffer },
  "GET /v1/operator/peers": { checks: [operatorSignature], answer: getPeers },
  "POST /v1/operator/peers": { checks: [small, operatorSignature], answer: postPeers },
  "POST /v1/operator/peers/:name/suspend": { checks: [small, operatorSignature], answer: postSuspendPeer },
  "POST /v1/operator/peers/:name/resume": { checks: [small, operatorSignature], answer: postResumePeer },
  "POST /v1/operator/peers/:name/forbid-key-change": {
    checks: [small, operatorSignature],
    answer: postForbidPeerKey,
  },
  "POST /v1/operator/key-change": { checks: [small, operatorSignature], answer: postKeyChange },
  "GET /v1/operator/hosted-runs": { checks: [operatorSignature], answer: getHostedRuns },

  "GET /operator": { checks: [ownerSession], answer: showAgreements },
  "GET /operator/sign-in": { checks: [], answer: getSignIn },
  "GET /operator/callback": { checks: [], answer: getCallback },
  "GET /operator/language/:language": { checks: [], answer: getLanguage },
  "POST /operator/sign-out": { checks: [ownerSession, ownerForm], answer: postSignOut },
  "GET /operator/agreements/:id": { checks: [ownerSession], answer: showAgreement },
  "POST /operator/agreements/:id/:verb": { checks: [ownerSession, ownerForm], answer: postAgreementVerb },
  "GET /operator/offers": { checks: [ownerSession], answer: showOffers },
  "GET /operator/offers/:app": { checks: [ownerSession], answer: showOffer },
  "POST /operator/offers/:app": { checks: [ownerSession, ownerForm], answer: postOffer },
  "GET /operator/peers": { checks: [ownerSession], answer: showPeers },
  "POST /operator/peers/:name/suspend": { checks: [ownerSession, ownerForm], answer: postPeerSuspend },
  "POST /operator/peers/:name/forbid-key-change": { checks: [ownerSession, ownerForm], answer: postForbidKeyChange },
  "POST /operator/peers/:name/resume": { checks: [ownerSession, ownerForm], answer: postPeerResume },
  "GET /operator/hosted-runs": { checks: [ownerSession], answer: showHostedRuns },
  "GET /operator/status": { checks: [ownerSession], answer: showStatus },

  "GET /v1/identity": { checks: [], answer: getIdentity },
  "GET /v1/health": { checks: [], answer: getHealth },
};
