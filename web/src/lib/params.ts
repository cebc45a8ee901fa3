/** The address with some parameters changed: null or an empty text takes one away. */
export function withParams(
  url: { pathname: string; search: string },
  changes: Record<string, string | null>,
): string {
  const params = new URLSearchParams(url.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value) params.set(name, value);
    else params.delete(name);
  }
  const search = params.toString();
  return url.pathname + (search ? `?${search}` : '');
}
