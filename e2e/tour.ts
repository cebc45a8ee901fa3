import { type Browser, type Page, expect, test } from '@playwright/test';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { Server, newDataFolder } from './server.ts';

const ROUTES = path.resolve(import.meta.dirname, '../web/src/routes');
/** Pages of one kind look alike: two of them are enough. */
const PAGES_PER_PATTERN_MAX = 2;
const PAGES_MAX = 300;
const SETTLE_MS_MAX = 5_000;

const LOOKS = [
  { scheme: 'light', width: 1440, height: 900 },
  { scheme: 'dark', width: 1440, height: 900 },
  { scheme: 'light', width: 360, height: 740 },
  { scheme: 'dark', width: 360, height: 740 },
] as const;

interface SignIn {
  email: string;
  password: string;
}

test('a picture of every page', async ({ browser }) => {
  const folder = process.env.TOUR_DIR;
  if (!folder) throw new Error('TOUR_DIR says where the pictures go; `cargo xtask tour DIR` sets it.');
  await mkdir(folder, { recursive: true });
  const demo = await Server.start('demo', await newDataFolder(), {});
  try {
    const who = signInOf(demo.log);
    const { inside, outside } = await discover(browser, demo.url, who);
    for (const look of LOOKS) {
      const context = {
        viewport: { width: look.width, height: look.height },
        colorScheme: look.scheme,
        baseURL: demo.url,
      };
      const visitor = await (await browser.newContext(context)).newPage();
      const member = await (await browser.newContext(context)).newPage();
      await signIn(member, who);
      for (const address of outside) await picture(visitor, address, folder, look);
      for (const address of inside) await picture(member, address, folder, look);
      await visitor.context().close();
      await member.context().close();
    }
    console.log(`${inside.length + outside.length} pages, each in ${LOOKS.length} looks`);
  } finally {
    await demo.stop();
  }
});

/** The demo says at its start how to sign in. */
function signInOf(log: string): SignIn {
  const email = log.match(/[\w.+-]+@[\w.-]+\w/)?.[0];
  const password = log.match(/password[:\s]+(.+?)\s*$/im)?.[1];
  if (!email || !password) throw new Error(`The demo did not say how to sign in:\n${log}`);
  return { email, password };
}

async function signIn(page: Page, { email, password }: SignIn) {
  await page.goto('/sign-in');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).not.toHaveURL(/sign-in/);
}

/** Routes that stand on their own, and whatever their links lead to. */
async function discover(browser: Browser, baseURL: string, who: SignIn) {
  const routes = await routesBelow(ROUTES);
  const outside = routes.filter(({ isInside }) => !isInside).map(({ address }) => address);
  const page = await (await browser.newContext({ baseURL })).newPage();
  await signIn(page, who);
  const inside: string[] = [];
  const perPattern = new Map<string, number>();
  const waiting = ['/', ...routes.filter(({ isInside }) => isInside).map(({ address }) => address)];
  for (let address = waiting.shift(); address && inside.length < PAGES_MAX; address = waiting.shift()) {
    const n = perPattern.get(patternOf(address)) ?? 0;
    const isMany = patternOf(address) !== address;
    if (inside.includes(address) || outside.includes(address) || (isMany && n >= PAGES_PER_PATTERN_MAX))
      continue;
    perPattern.set(patternOf(address), n + 1);
    inside.push(address);
    await page.goto(address);
    await settle(page);
    waiting.push(...(await linksOf(page, baseURL)));
  }
  await page.context().close();
  return { inside: inside.sort(), outside: outside.sort() };
}

interface Route {
  address: string;
  isInside: boolean;
}

async function routesBelow(folder: string, address = '', isInside = false): Promise<Route[]> {
  const routes: Route[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name === '+page.svelte') routes.push({ address: address || '/', isInside });
    // A folder with a parameter has no address of its own: links lead there.
    if (!entry.isDirectory() || entry.name.startsWith('[')) continue;
    const isGroup = entry.name.startsWith('(');
    const below = isGroup ? address : `${address}/${entry.name}`;
    routes.push(
      ...(await routesBelow(path.join(folder, entry.name), below, isInside || entry.name === '(app)')),
    );
  }
  return routes;
}

/** An address with every id in it replaced. */
function patternOf(address: string): string {
  return address.replaceAll(/\/[^/]*\d[^/]*(?=\/|$)/g, '/[id]');
}

async function linksOf(page: Page, baseURL: string): Promise<string[]> {
  const hrefs = await page
    .locator('a[href]:not([download])')
    .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href));
  const own = hrefs
    .map((href) => new URL(href))
    .filter(({ origin, pathname }) => origin === baseURL && !pathname.startsWith('/api/'));
  const isPage = (pathname: string) => !/\.\w+$/.test(pathname);
  return [...new Set(own.map(({ pathname }) => pathname).filter(isPage))];
}

async function picture(page: Page, address: string, folder: string, look: (typeof LOOKS)[number]) {
  await page.goto(address);
  await settle(page);
  const name = address === '/' ? 'home' : address.slice(1).replaceAll('/', '.');
  await page.screenshot({
    path: path.join(folder, `${name}.${look.width}.${look.scheme}.png`),
    fullPage: true,
  });
  // A picture of the whole page hides that people would have to scroll sideways.
  const tooWide = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  if (tooWide > 0) console.log(`${address} is ${tooWide} px too wide at ${look.width} px`);
}

/** Waits until nothing is loading; a page that never rests gets its picture all the same. */
async function settle(page: Page) {
  await page.waitForLoadState('networkidle', { timeout: SETTLE_MS_MAX }).catch(() => undefined);
  await expect(page.locator('[aria-busy=true]'))
    .toHaveCount(0, { timeout: SETTLE_MS_MAX })
    .catch(() => undefined);
}
