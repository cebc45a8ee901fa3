/** Cuts a text at half-open ranges counted in Unicode code points, as the search gives them. */
export function cut(text: string, ranges: readonly { start: number; end: number }[]) {
  const chars = [...text];
  const parts: { text: string; hit: boolean }[] = [];
  let at = 0;
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    if (start < at) continue;
    parts.push({ text: chars.slice(at, start).join(''), hit: false });
    parts.push({ text: chars.slice(start, end).join(''), hit: true });
    at = end;
  }
  parts.push({ text: chars.slice(at).join(''), hit: false });
  return parts.filter((part) => part.text !== '');
}
