import { route } from "#server/auth/api/api-route";
import { resumeCluster } from "#server/hub/clusters/resume-cluster";
import { resumeClusterOperation } from "#server/hub/openapi/cluster-operations";

export const POST = route(resumeClusterOperation, (ctx, { params }) => resumeCluster(ctx, { name: params.cluster }));
