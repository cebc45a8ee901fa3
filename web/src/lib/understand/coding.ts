/** A highlight as far as drawing it over its text needs to know. Offsets count Unicode code points. */
export interface Span {
  id: string;
  start_char: number;
  end_char: number;
  quote: string;
}

export interface Stretch {
  text: string;
  /** The highlights that cover this stretch. */
  ids: string[];
}

/** Cuts a text wherever a highlight begins or ends; highlights whose words have changed are left out. */
export function stretches(text: string, spans: readonly Span[]): Stretch[] {
  const chars = [...text];
  const live = spans.filter((span) => holds(chars, span));
  const cuts = new Set([0, chars.length, ...live.flatMap((span) => [span.start_char, span.end_char])]);
  const edges = [...cuts].sort((a, b) => a - b);
  return edges.slice(0, -1).map((start, index) => {
    const end = edges[index + 1] ?? chars.length;
    const ids = live.filter((span) => span.start_char <= start && span.end_char >= end).map(({ id }) => id);
    return { text: chars.slice(start, end).join(''), ids };
  });
}

/** Highlights whose words no longer stand where they did, because the text was edited. */
export function movedSpans<T extends Span>(text: string, spans: readonly T[]): T[] {
  const chars = [...text];
  return spans.filter((span) => !holds(chars, span));
}

const holds = (chars: string[], span: Span) =>
  chars.slice(span.start_char, span.end_char).join('') === span.quote;

/** What a person selected, without the spaces at its ends; null when nothing is left. */
export function spanOf(text: string, start: number, end: number): Omit<Span, 'id'> | null {
  const chars = [...text];
  let [from, to] = start <= end ? [start, end] : [end, start];
  while (from < to && /\s/.test(chars[from] ?? '')) from += 1;
  while (to > from && /\s/.test(chars[to - 1] ?? '')) to -= 1;
  return from === to ? null : { start_char: from, end_char: to, quote: chars.slice(from, to).join('') };
}

/** The offset of a place in the page within `root`, in code points. */
export function offsetIn(root: Node, node: Node, offset: number): number {
  const range = document.createRange();
  range.setStart(root, 0);
  range.setEnd(node, offset);
  return [...range.toString()].length;
}
