import { isHubOperator, operates, provides, type User } from "./member";

type Owned = { memberId: string };
type AtCluster = { cluster: string };

const isMember = () => true;
const isOwn = (user: User, thing: Owned) => thing.memberId === user.id;
const keepsCluster = (user: User, { cluster }: AtCluster) => isHubOperator(user) || operates(user, cluster);

/** Who may do what: what does not stand here nobody may. This table is the hub's whole authorization. */
const rules = {
  "market.read": isMember,
  "app.register": (user: User, { cluster }: AtCluster) => provides(user, cluster) || operates(user, cluster),
  "app.publish": (user: User, { cluster }: AtCluster) => provides(user, cluster) || operates(user, cluster),
  "cluster.read": isMember,
  "cluster.invite": isHubOperator,
  "cluster.approve_as_operator": (user: User, it: AtCluster & { invitedBy: string | null }) =>
    operates(user, it.cluster) || (isHubOperator(user) && it.invitedBy === user.id),
  "cluster.approve_as_hub": isHubOperator,
  "cluster.suspend": keepsCluster,
  "cluster.resume": isHubOperator,
  "cluster.leave": keepsCluster,
  "cluster.replace": isHubOperator,
  "cluster.forbid_key_change": keepsCluster,
  "hub.rotate_key": isHubOperator,
  "agreement.request": isMember,
  "agreement.read": (user: User, it: Owned & AtCluster) => isOwn(user, it) || keepsCluster(user, it),
  "agreement.revoke": (user: User, it: Owned & AtCluster) => isOwn(user, it) || keepsCluster(user, it),
  "agreement.suspend": keepsCluster,
  "agreement.resume": keepsCluster,
  "run.submit": isMember,
  "run.read": isOwn,
  "run.change": isOwn,
  "workflow.read": (user: User, it: Owned & { isTemplate: boolean }) => isOwn(user, it) || it.isTemplate,
  "workflow.edit": isOwn,
  "workflow.offer_as_template": (user: User) => user.roles.some((role) => /^(provider:|hub-operator$)/.test(role)),
  "token.change": isOwn,
  "session.change": isOwn,
  "member.disable": isHubOperator,
  "check.read": isHubOperator,
} satisfies Record<string, (user: User, resource: never) => boolean>;

type Rules = typeof rules;
type Resource<A extends keyof Rules> = Rules[A] extends (user: User, resource: infer R) => boolean
  ? unknown extends R
    ? []
    : [resource: R]
  : [];

/** Says whether this user may do this to that; an action without a row does not compile. */
export function may<A extends keyof Rules>(user: User, action: A, ...resource: Resource<A>): boolean {
  const rule: (user: User, resource: never) => boolean = rules[action];
  const [it] = resource as [unknown?];
  return rule(user, it as never);
}
