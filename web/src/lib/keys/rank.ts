/** How well an item answers what was typed: 0 is no match, higher is better. */
export function score(query: string, title: string, also = ''): number {
  const needle = query.trim().toLowerCase();
  if (!needle) return 1;
  const text = title.toLowerCase();
  if (text === needle) return 100;
  if (text.startsWith(needle)) return 80;
  const words = `${text} ${also.toLowerCase()}`.split(/\s+/);
  const parts = needle.split(/\s+/);
  if (parts.every((part) => words.some((word) => word.startsWith(part)))) return 60;
  if (text.includes(needle)) return 40;
  return isSubsequence(needle.replace(/\s/g, ''), text) ? 10 : 0;
}

function isSubsequence(needle: string, text: string): boolean {
  let from = 0;
  for (const char of needle) {
    const at = text.indexOf(char, from);
    if (at < 0) return false;
    from = at + 1;
  }
  return true;
}

/** Best first; equal ones keep the order they came in. */
export function rank<T extends { title: string; also?: string }>(query: string, items: T[]): T[] {
  return items
    .map((item) => ({ item, value: score(query, item.title, item.also) }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value)
    .map(({ item }) => item);
}

/** Keeps groups together, in the order in which each first appears. */
export function grouped<T extends { group: string }>(items: T[]): T[] {
  const names = [...new Set(items.map(({ group }) => group))];
  return names.flatMap((name) => items.filter(({ group }) => group === name));
}
