import { route } from "#server/auth/api/api-route";
import { findAnything } from "#server/hub/market/find-anything";
import { findOperation } from "#server/hub/openapi/portal-operations";

export const GET = route(findOperation, (ctx, { query }) => findAnything(ctx, query));
