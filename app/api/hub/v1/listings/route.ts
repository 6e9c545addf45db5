import { clusterRoute } from "#server/auth/api/cluster-route";
import { publishListing } from "#server/hub/market/publish-listing";
import { listingOperation } from "#server/hub/openapi/cluster-operations";

export const PUT = clusterRoute(listingOperation, ["ACTIVE"], (ctx, { body }) => publishListing(ctx, body.app));
