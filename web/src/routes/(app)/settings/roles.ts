import type { Schemas } from '#lib/api/client.ts';

export type Role = Schemas['Role'];

export const ROLES: { value: Role; label: string; hint: string }[] = [
  { value: 'viewer', label: 'Viewer', hint: 'reads everything' },
  { value: 'editor', label: 'Editor', hint: 'reads and changes the loop' },
  { value: 'admin', label: 'Admin', hint: 'also manages members, tokens and settings' },
  { value: 'owner', label: 'Owner', hint: 'may do anything' },
];

/** The roles that somebody with a role may give, with what each may do. */
export function rolesUpTo(own: Role | undefined) {
  const last = ROLES.findIndex(({ value }) => value === own);
  return ROLES.slice(0, last + 1).map(({ value, label, hint }) => ({ value, label: `${label}: ${hint}` }));
}

export const roleName = (role: Role) => ROLES.find(({ value }) => value === role)?.label ?? role;
