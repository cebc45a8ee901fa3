/** What the browser knows, and what is set already even if it does not know that. */
const withCurrent = (known: string[], current: string) => [...new Set([...known, current])].sort();

export function timeZones(current: string) {
  const known = withCurrent(['UTC', ...Intl.supportedValuesOf('timeZone')], current);
  return known.map((value) => ({ value, label: value.replaceAll('_', ' ') }));
}

export function currencies(current: string) {
  const words = new Intl.DisplayNames('en', { type: 'currency' });
  const known = withCurrent(Intl.supportedValuesOf('currency'), current);
  return known.map((value) => ({ value, label: `${value} · ${words.of(value) ?? value}` }));
}
