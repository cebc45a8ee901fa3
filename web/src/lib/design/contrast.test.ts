import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

type Lch = [lightness: number, chroma: number, hue: number];

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
const OKLCH = String.raw`oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)`;

/** The light and the dark value of a colour token. */
function token(name: string): { light: Lch; dark: Lch } {
  const match = css.match(new RegExp(`--${name}:\\s*light-dark\\(\\s*${OKLCH},\\s*${OKLCH}\\s*\\)`));
  if (!match) throw new Error(`tokens.css has no plain colour --${name}`);
  const [l1, c1, h1, l2, c2, h2] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { light: [l1 / 100, c1, h1], dark: [l2 / 100, c2, h2] };
}

/** Relative luminance (WCAG 2.2) by way of OKLab and linear sRGB (B. Ottosson, "A perceptual color space", 2020). */
function luminance([L, C, hue]: Lch): number {
  const [a, b] = [C * Math.cos((hue * Math.PI) / 180), C * Math.sin((hue * Math.PI) / 180)];
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const clamp = (n: number) => Math.max(0, Math.min(1, n));
  const red = clamp(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
  const green = clamp(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
  const blue = clamp(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: Lch, b: Lch): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

const surfaces = ['surface', 'surface-sunken', 'surface-raised', 'surface-hover', 'surface-selected'];
const onSurfaces = [
  'text',
  'text-muted',
  'text-faint',
  'accent-text',
  'negative',
  'positive',
  'warning',
  'info',
];

const words: [string, string][] = [
  ...onSurfaces.flatMap((text) => surfaces.map((surface): [string, string] => [text, surface])),
  ['on-accent', 'accent'],
  ['on-accent', 'accent-hover'],
  ['text-inverse', 'surface-inverse'],
  ['accent-text', 'accent-soft'],
  ['positive', 'positive-soft'],
  ['negative', 'negative-soft'],
  ['warning', 'warning-soft'],
  ['info', 'info-soft'],
  ...[1, 2, 3, 4, 5, 6].map((n): [string, string] => ['on-data', `data-${n}`]),
];

it.each(words)('words in %s on %s reach 4.5 : 1 in both themes', (text, ground) => {
  const [one, other] = [token(text), token(ground)];
  expect(contrast(one.light, other.light)).toBeGreaterThanOrEqual(4.5);
  expect(contrast(one.dark, other.dark)).toBeGreaterThanOrEqual(4.5);
});

const shapes: [string, string][] = [
  ...['surface', 'surface-raised', 'surface-sunken'].flatMap((ground): [string, string][] => [
    ['focus', ground],
    ['line-control', ground],
  ]),
  ...[1, 2, 3, 4, 5, 6].map((n): [string, string] => [`data-${n}`, 'surface-raised']),
];

it.each(shapes)('%s on %s reaches 3 : 1 in both themes', (shape, ground) => {
  const [one, other] = [token(shape), token(ground)];
  expect(contrast(one.light, other.light)).toBeGreaterThanOrEqual(3);
  expect(contrast(one.dark, other.dark)).toBeGreaterThanOrEqual(3);
});

it('knows black and white', () => {
  expect(contrast([0, 0, 0], [1, 0, 0])).toBeCloseTo(21, 1);
});
