import { newKeyRoute } from "#server/auth/api/cluster-route";
import { enrolCluster } from "#server/hub/clusters/enrol-cluster";
import { enrolOperation } from "#server/hub/openapi/cluster-operations";

export const POST = newKeyRoute(enrolOperation, enrolCluster);
