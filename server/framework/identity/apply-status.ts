import type { StatusList } from "#server/protocol/status-list";
import { revokeListed } from "../agreements/revoke-agreement";
import { followHubSuspensions } from "../agreements/suspend-agreement";
import type { FrameworkContext } from "../context";
import { endHostedRunsOfUsers } from "../hosting/end-hosted-runs";
import { followPeerSuspensions } from "../hosting/peers";

/** Does what the hub's signed list says was narrowed; it can widen nothing but what the hub itself had narrowed. */
export async function applyStatus(ctx: FrameworkContext, list: StatusList, askedAt: Date): Promise<void> {
  await revokeListed(ctx, list.revokedAgreements);
  await followHubSuspensions(ctx, list.suspendedAgreements, askedAt);
  await endHostedRunsOfUsers(ctx, list.disabledUsers);
  await followPeerSuspensions(ctx, list.suspendedClusters);
}
