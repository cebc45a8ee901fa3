export type Audience = 'team' | 'link' | 'public';

export const AUDIENCES: { value: Audience; label: string; hint: string }[] = [
  { value: 'team', label: 'The team', hint: 'Only people who are signed in to this workspace.' },
  { value: 'link', label: 'People with the link', hint: 'Anyone you give the address to.' },
  { value: 'public', label: 'Everyone', hint: 'A public page.' },
];

export const audienceWords = (audience: string) =>
  AUDIENCES.find(({ value }) => value === audience)?.label ?? audience;

const REACH: Record<string, number> = { team: 0, link: 1, public: 2 };

/** Words go as far as their speaker let them, and no further; the server decides again at every look. */
export const mayShow = (audience: string, consent: string) =>
  (REACH[consent] ?? 0) >= (REACH[audience] ?? REACH.public ?? 0);

/** What a speaker allowed, in words. */
export const CONSENT: Record<string, string> = {
  team: 'for the team only',
  link: 'for people with the link',
  public: 'for everyone',
};
