import {
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
  expect,
  test as base,
} from '@playwright/test';
import { Api } from './api.ts';
import { Server, heedful, newDataFolder } from './server.ts';
import { MailSink } from './smtp.ts';

export { expectAccessible } from './accessible.ts';
export { expect };

/** The clock of every server under test: a Wednesday. */
export const NOW = '2026-03-18T09:00:00Z';

export const OWNER = { email: 'owner@example.com', password: 'correct horse battery', workspace: 'Harbour' };

interface Heedful {
  url: string;
  api: Api;
  mail: MailSink;
}

interface WorkerFixtures {
  /** A server that the tests of one worker share; a test makes what it needs and expects nothing else. */
  heedful: Heedful;
  /** The owner's cookies. Signing in anew for each test would meet the limit on sign-ins. */
  ownerState: Awaited<ReturnType<BrowserContext['storageState']>>;
}

interface TestFixtures {
  api: Api;
  mail: MailSink;
  /** Opens a page in a browser of its own. Whatever any of them complains about fails the test. */
  open: (options?: BrowserContextOptions) => Promise<Page>;
  /** A page of the signed-in owner. */
  ownerPage: Page;
  /** A page of somebody who is not signed in. */
  visitorPage: Page;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  heedful: [
    async ({}, use) => {
      const data = await newDataFolder();
      const { email, password, workspace } = OWNER;
      const who = ['--email', email, '--password', password, '--workspace', workspace];
      const printed = await heedful(['setup', '--data', data, ...who, '--json'], { HEEDFUL_NOW: NOW });
      const { api_token } = JSON.parse(printed) as { api_token: string };
      const mail = await MailSink.start();
      const server = await Server.start('serve', data, { HEEDFUL_NOW: NOW, HEEDFUL_SMTP_URL: mail.url });
      await use({ url: server.url, api: new Api(server.url, api_token), mail });
      await server.stop();
      await mail.stop();
    },
    { scope: 'worker', timeout: 90_000 },
  ],

  ownerState: [
    async ({ browser, heedful }, use) => {
      const context = await browser.newContext({ baseURL: heedful.url });
      await signIn(await context.newPage());
      const state = await context.storageState();
      await context.close();
      await use(state);
    },
    { scope: 'worker' },
  ],

  baseURL: async ({ heedful }, use) => use(heedful.url),
  api: async ({ heedful }, use) => use(heedful.api),
  mail: async ({ heedful }, use) => use(heedful.mail),

  open: async ({ browser, contextOptions, baseURL }, use) => {
    const complaints: string[] = [];
    const contexts: BrowserContext[] = [];
    await use(async (options) => {
      const ours = { ...contextOptions, ...(baseURL ? { baseURL } : {}) };
      // Nothing is caught half-faded.
      const context = await browser.newContext({ ...ours, reducedMotion: 'reduce', ...options });
      contexts.push(context);
      context.on('page', (page) => listen(page, complaints));
      return context.newPage();
    });
    for (const context of contexts) await context.close();
    expect(complaints, 'what the pages complained about').toEqual([]);
  },

  ownerPage: async ({ open, ownerState }, use) => use(await open({ storageState: ownerState })),
  visitorPage: async ({ open }, use) => use(await open()),
});

function listen(page: Page, complaints: string[]) {
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    // The browser notes each refused form, which is an answer and no fault; and that it kept the recording of the
    // test out of a frame that allows no scripts.
    const isExpected = /status of (409|422)|^Blocked script execution in 'about:srcdoc'/.test(message.text());
    if (message.type() === 'error' && !isExpected) {
      complaints.push(`${page.url()}: ${message.text()} ${message.location().url}`);
    }
  });
}

/** Signs in through the form and waits for the app. */
export async function signIn(page: Page, { email, password } = OWNER): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).not.toHaveURL(/sign-in/);
}
