import type { AppPage } from "#server/protocol/portal-views";
import type { HubContext } from "../context";
import { shownState } from "./agreement";
import { findNewest, findOpen } from "./agreements.repo";

/** How the one who asks stands with this app at its host: the open agreement, or the last one that ended. */
export async function findNewestAgreement(
  ctx: HubContext,
  app: { host: string; app: string },
): Promise<AppPage["agreement"]> {
  const coordinates = { memberId: ctx.user.id, ...app };
  const found = (await findOpen(ctx.db, coordinates)) ?? (await findNewest(ctx.db, coordinates));
  if (!found) return null;
  return { id: found.id, state: shownState(found, ctx.now()), expiresAt: found.expiresAt.toISOString() };
}
