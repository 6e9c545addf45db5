import { route } from "#server/auth/api/api-route";
import { renewConsent } from "#server/hub/consent/renew-consent";
import { renewConsentOperation } from "#server/hub/openapi/run-operations";

export const POST = route(renewConsentOperation, (ctx, { params }) => renewConsent(ctx, params));
