/** The colours that codes may have, in names the API knows, mixed for light and dark. */
export const CODE_COLORS: Record<string, string> = {
  '': 'var(--data-6)',
  blue: 'var(--data-2)',
  green: 'var(--data-3)',
  orange: 'var(--data-1)',
  pink: 'light-dark(oklch(60% 0.16 355), oklch(76% 0.13 355))',
  purple: 'var(--data-4)',
  red: 'var(--negative)',
  teal: 'light-dark(oklch(55% 0.09 200), oklch(76% 0.09 200))',
  yellow: 'var(--data-5)',
};

export const COLOR_OPTIONS = Object.keys(CODE_COLORS)
  .filter(Boolean)
  .map((value) => ({ value, label: value[0]?.toUpperCase() + value.slice(1) }));
