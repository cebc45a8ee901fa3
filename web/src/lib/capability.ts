/** What each role may do: the one place that answers it. The server checks again, by extractor type. */
export type Role = 'owner' | 'admin' | 'editor' | 'viewer';

const RANK: Record<Role, number> = { viewer: 0, editor: 1, admin: 2, owner: 3 };

/** The least role per capability: `noun.verb`, or `noun.*` for all verbs of a noun. */
const LEAST: Record<string, Role> = {
  'workspace.edit': 'admin',
  'workspace.delete': 'owner',
  'member.*': 'admin',
  'token.*': 'admin',
  'audit.read': 'admin',
  'job.*': 'admin',
  'outbox.read': 'admin',
  'backup.*': 'owner',
  'critique.create': 'viewer',
};

/** Anything not named above changes the loop's own things, which editors may do. */
const DEFAULT: Role = 'editor';

const NAMES: Record<Role, string> = {
  viewer: 'a viewer',
  editor: 'an editor',
  admin: 'an admin',
  owner: 'the owner',
};

export type Capability = `${string}.${string}`;

function leastRole(capability: Capability): Role {
  const noun = capability.slice(0, capability.indexOf('.'));
  return LEAST[capability] ?? LEAST[`${noun}.*`] ?? DEFAULT;
}

export function can(role: Role | undefined, capability: Capability): boolean {
  return role !== undefined && RANK[role] >= RANK[leastRole(capability)];
}

/** Why a control is disabled, or undefined when it is not: pass it to `disabledReason`. */
export function whyNot(role: Role | undefined, capability: Capability): string | undefined {
  if (can(role, capability)) return undefined;
  const least = leastRole(capability);
  const needed = least === 'owner' ? 'Only the owner' : `Only ${NAMES[least]} or above`;
  return role ? `${needed} can do this. You are ${NAMES[role]} here.` : 'Sign in to do this.';
}
