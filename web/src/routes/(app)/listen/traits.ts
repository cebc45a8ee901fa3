type Trait = string | number | boolean | string[];
export type Traits = Record<string, unknown>;

/** One trait per line, `name: value`, as people type it. */
export function traitsToText(traits: Traits): string {
  return Object.entries(traits)
    .map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : String(value)}`)
    .join('\n');
}

/** Traits as facts to read: `seasonal_staff` is what a program calls it. */
export const traitFacts = (traits: Traits) =>
  Object.entries(traits).map(([name, value]) => ({
    name: inWords(name),
    value: Array.isArray(value) ? value.join(', ') : String(value),
  }));

function inWords(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Numbers and true or false are taken as such; everything else is text. Lists that were not touched stay lists. */
export function textToTraits(text: string, before: Traits = {}): Traits {
  const traits: Traits = {};
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    const name = (colon < 0 ? line : line.slice(0, colon)).trim();
    if (!name) continue;
    const value = colon < 0 ? '' : line.slice(colon + 1).trim();
    const old = before[name];
    traits[name] = Array.isArray(old) && old.join(', ') === value ? old : readValue(value);
  }
  return traits;
}

function readValue(text: string): Trait {
  if (text === 'true' || text === 'false') return text === 'true';
  // "007" and "1e5" are names of things more often than numbers.
  return /^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(text) ? Number(text) : text;
}
