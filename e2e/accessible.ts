import { type Page, expect } from '@playwright/test';
import axe, { type AxeResults } from 'axe-core';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const COLOURS = ['color-contrast'];

/** Kinds of pages whose dark colours this worker has looked at: pages of one kind share them. */
const seenInTheDark = new Set<string>();

/**
 * Fails with what to mend, and where, when the page breaks WCAG 2.2 AA as far as a machine can tell. The first page of
 * each kind is looked at in the dark too.
 */
export async function expectAccessible(page: Page): Promise<void> {
  await expect(page.locator('h1, [role="dialog"]').first()).toBeVisible();
  // A page that is still loading has nothing to judge.
  await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
  const broken = await violations(page, { type: 'tag', values: RULES });
  expect(broken, `accessibility of ${page.url()}`).toBe('');
  const kind = new URL(page.url()).pathname.replace(/[^/]*\d[^/]*/g, '*');
  if (seenInTheDark.has(kind)) return;
  seenInTheDark.add(kind);
  await page.emulateMedia({ colorScheme: 'dark' });
  // The new colours begin with the frame after the next, and some fade in.
  await page.evaluate(async () => {
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    const fading = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(fading.map(({ finished }) => finished));
  });
  const dim = await violations(page, { type: 'rule', values: COLOURS });
  expect(dim, `accessibility of ${page.url()} in the dark`).toBe('');
  await page.emulateMedia({ colorScheme: 'light' });
}

async function violations(page: Page, runOnly: { type: 'tag' | 'rule'; values: string[] }): Promise<string> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  // What stands in a frame is a page of its own, and is looked at as one.
  const options = { runOnly, iframes: false, resultTypes: ['violations' as const] };
  const results = await page.evaluate(
    (options): Promise<AxeResults> => (window as unknown as { axe: typeof axe }).axe.run(options),
    options,
  );
  const broken = results.violations.map(({ id, help, nodes }) => {
    const places = nodes.map(
      ({ target, failureSummary }) =>
        `  ${target.join(' ')}\n    ${failureSummary?.replaceAll('\n', '\n    ')}`,
    );
    return `${id}: ${help}\n${places.join('\n')}`;
  });
  return broken.join('\n\n');
}
