import { route } from "#server/auth/api/api-route";
import { saveDraftOperation } from "#server/hub/openapi/run-operations";
import { saveDraft } from "#server/hub/workflows/save-draft";

export const PUT = route(saveDraftOperation, (ctx, { params, body }) => saveDraft(ctx, { ...params, ...body }));
