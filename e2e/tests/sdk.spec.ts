// Our own SDK in pages of another origin: what is done there arrives once, and nothing is kept in the browser without a yes.

import type { BrowserContext, Page } from '@playwright/test';
import { expect } from '../fixtures.ts';
import { KEY, test, type Pages, type Target } from '../target.ts';

/** A page that loads the SDK from the server, as the guide says. */
function open(page: Page, { target, pages }: { target: Target; pages: Pages }, attributes = '') {
  pages.addPage(
    'shop',
    `<button id="buy">Buy the kite</button>
     <label>Card number <input name="card" /></label>
     <p data-heedful-ignore><button>Secret</button></p>
     <a href="#">Elsewhere</a>
     <script src="${target.url}/heedful.js" data-key="${KEY}" ${attributes}></script>`,
  );
  return page.goto(`${pages.address('shop', target.url)}&utm_source=letter&token=secret`);
}

const run = (page: Page, script: string) => page.evaluate(script);

/** Everything that the browser remembers of the page. */
const remembered = (page: Page) =>
  page.evaluate(() => ({ cookies: document.cookie, names: Object.keys(localStorage) }));

test('views, deeds, people and accounts are told, and nothing is kept in the browser', async ({
  target,
  pages,
  page,
}) => {
  await open(page, { target, pages });
  const view = await target.one('$pageview');
  expect(view.properties).toMatchObject({
    $pathname: '/shop',
    utm_source: 'letter',
    $lib: '@heedful/browser',
  });
  expect(JSON.stringify(view.properties)).not.toContain('secret');
  await run(page, `heedful.capture('kite bought', { amount: 9.5 })`);
  await run(page, `heedful.identify('user-1', { email: 'ada@example.com' })`);
  await run(page, `heedful.group('company', 'acme', { name: 'Acme' })`);
  await run(page, `heedful.flush()`);
  const bought = await target.one('kite bought');
  expect(bought).toMatchObject({ distinct_id: view.distinct_id, properties: { amount: 9.5 } });
  expect(bought.properties.$session_id).toBe(view.properties.$session_id);
  expect((await target.one('$identify')).properties).toMatchObject({
    $anon_distinct_id: view.distinct_id,
    $set: { email: 'ada@example.com' },
  });
  const people = async () => (await target.api.get<{ items: { email: string }[] }>('/people')).items;
  await expect.poll(async () => (await people()).map(({ email }) => email)).toEqual(['ada@example.com']);
  const accounts = async () => (await target.api.get<{ items: { name: string }[] }>('/accounts')).items;
  await expect.poll(async () => (await accounts()).map(({ name }) => name)).toEqual(['Acme']);

  // An address that changes without a new page is a view too, and leaving is told by a beacon.
  await run(page, `history.pushState({}, '', '/shop/kites')`);
  await run(page, `history.replaceState({}, '', '/shop/kites?sort=price')`);
  await page.goto('about:blank');
  await target.one('$pageleave');
  const views = (await target.events()).filter(({ event }) => event === '$pageview');
  expect(views.map(({ properties }) => properties.$pathname).sort()).toEqual(['/shop', '/shop/kites']);
  await page.goBack();
  await expect.poll(() => page.url()).toContain('shop');
  expect(await remembered(page)).toEqual({ cookies: '', names: [] });
  await target.expectNothingRefused();
});

test('clicks are told when that is wanted, and never what somebody types', async ({
  target,
  pages,
  page,
}) => {
  await open(page, { target, pages }, 'data-autocapture data-page-views="false"');
  await page.getByRole('button', { name: 'Buy the kite' }).click();
  await page.getByRole('button', { name: 'Secret' }).click();
  await page.getByLabel('Card number').fill('4111 1111 1111 1111');
  await page.getByLabel('Card number').blur();
  await run(page, `heedful.flush()`);
  const deeds = (await target.events()).map(({ properties }) => properties);
  expect(deeds.map(({ $event_type, tag }) => `${$event_type} ${tag}`).sort()).toEqual([
    'change input',
    'click button',
  ]);
  expect(JSON.stringify(deeds)).not.toMatch(/4111|Secret/);
  expect(deeds.find(({ tag }) => tag === 'button')).toMatchObject({
    text: 'Buy the kite',
    element_id: 'buy',
  });
});

test('whoever asks for privacy is not followed, unless they agree, and may stop', async ({
  target,
  pages,
  browser,
}) => {
  const context = await browser.newContext();
  await context.addInitScript(() =>
    Object.defineProperty(navigator, 'globalPrivacyControl', { value: true }),
  );
  const page = await context.newPage();
  await open(page, { target, pages });
  await run(page, `heedful.capture('quiet'); heedful.flush()`);
  expect(await target.events()).toEqual([]);
  expect(await remembered(page)).toEqual({ cookies: '', names: [] });

  await run(page, `heedful.optIn(); heedful.capture('agreed'); heedful.flush()`);
  const agreed = await target.one('agreed');
  expect((await remembered(page)).names).toContain('heedful.nameless');
  // A yes is remembered, and with it who it is.
  await open(page, { target, pages });
  await run(page, `heedful.capture('came again'); heedful.flush()`);
  expect((await target.one('came again')).distinct_id).toBe(agreed.distinct_id);

  await run(page, `heedful.optOut(); heedful.capture('too much'); heedful.flush()`);
  expect(await remembered(page)).toEqual({ cookies: '', names: ['heedful.consent'] });
  await open(page, { target, pages });
  await run(page, `heedful.capture('still too much'); heedful.flush()`);
  const names = (await target.events()).map(({ event }) => event);
  expect(names.filter((name) => name.includes('much'))).toEqual([]);
  await context.close();
});

async function offline(context: BrowserContext, isOffline: boolean) {
  await context.setOffline(isOffline);
}

test('what cannot be sent is sent later, also by the next page, and arrives once', async ({
  target,
  pages,
  page,
  context,
}) => {
  await open(page, { target, pages }, 'data-storage="local" data-page-views="false"');
  await offline(context, true);
  await run(page, `for (let n = 0; n < 60; n++) heedful.capture('storm', { n }); heedful.flush()`);
  expect(await target.events()).toEqual([]);
  await offline(context, false);
  const storm = async () => (await target.events()).filter(({ event }) => event === 'storm');
  await expect.poll(async () => (await storm()).length).toBe(60);
  expect(new Set((await storm()).map(({ properties }) => properties.n)).size).toBe(60);

  // A server that is away loses nothing either: the page ends before it is back.
  await page.route('**/batch/', (route) => route.fulfill({ status: 503, headers: { 'retry-after': '1' } }));
  await run(page, `heedful.capture('late'); heedful.flush()`);
  expect((await remembered(page)).names.some((name) => name.startsWith('heedful.queue.'))).toBe(true);
  await page.unroute('**/batch/');
  await open(page, { target, pages }, 'data-storage="local" data-page-views="false"');
  await target.one('late');
  await expect
    .poll(async () => (await remembered(page)).names.filter((name) => name.startsWith('heedful.queue.')))
    .toEqual([]);
});

test('the file is small, for any page, and asked for again when it changed', async ({ target }) => {
  const answer = await fetch(`${target.url}/heedful.js`, { headers: { 'accept-encoding': 'gzip' } });
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  expect(answer.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
  const again = await fetch(`${target.url}/heedful.js`, {
    headers: { 'if-none-match': answer.headers.get('etag')! },
  });
  expect(again.status).toBe(304);
});
