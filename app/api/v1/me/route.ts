import { route } from "#server/auth/api/api-route";
import { meOperation } from "#server/hub/openapi/portal-operations";

export const GET = route(meOperation, async ({ user: { id, account, name, organization, roles } }) => ({
  id,
  account,
  name,
  organization,
  roles,
}));
