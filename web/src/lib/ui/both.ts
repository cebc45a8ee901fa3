type Attributes = Record<string, unknown>;

/** Two sets of attributes on one element: where both listen to an event, both hear it. */
export function both(first: Attributes, second: Attributes): Attributes {
  const merged = { ...first, ...second };
  for (const [name, value] of Object.entries(first)) {
    const other = second[name];
    if (!name.startsWith('on') || typeof value !== 'function' || typeof other !== 'function') continue;
    merged[name] = (event: unknown) => {
      value(event);
      other(event);
    };
  }
  return merged;
}
