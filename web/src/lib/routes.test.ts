import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { KINDS, hrefOf } from './chain/kinds.ts';
import { nextStep } from './chain/next.ts';
import { CREATIONS } from './keys/create.ts';
import { navPages } from './nav.ts';

const ROUTES = path.resolve(import.meta.dirname, '../routes/(app)');
const ID = 'an-id';

/** Whether an address of the app has a page, read from the folders that make the routes. */
function isPage(href: string): boolean {
  const [pathname = ''] = href.split('?');
  const folder = pathname.split('/').map((part) => (part === ID ? '[id]' : part));
  return existsSync(path.join(ROUTES, ...folder, '+page.svelte'));
}

const links = [
  ...Object.keys(KINDS).map((kind) => ({ from: `the chain to a ${kind}`, href: hrefOf(kind, ID) })),
  ...Object.keys(KINDS).map((kind) => ({
    from: `the next step of a ${kind}`,
    href: nextStep(kind)?.href(ID),
  })),
  ...CREATIONS.map(({ title, href }) => ({ from: `“${title}” in the palette`, href })),
  ...navPages().map(({ title, href }) => ({ from: `${title} in the sidebar`, href })),
];

it.each(links.filter(({ href }) => href))('$from leads to a page', ({ href }) => {
  expect(isPage(href ?? ''), href).toBe(true);
});

it('knows a page from none', () => {
  expect(isPage('/listen/signals/an-id')).toBe(true);
  expect(isPage('/listen/nothing')).toBe(false);
});
