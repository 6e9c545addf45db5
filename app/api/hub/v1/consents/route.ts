import { clusterRoute } from "#server/auth/api/cluster-route";
import { lookUpConsent } from "#server/hub/consent/look-up-consent";
import { consentLookOperation } from "#server/hub/openapi/consent-operations";

export const POST = clusterRoute(consentLookOperation, ["ACTIVE"], (ctx, { body }) => lookUpConsent(ctx, body));
