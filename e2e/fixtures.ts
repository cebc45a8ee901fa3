import { AxeBuilder } from '@axe-core/playwright';
import { type BrowserContext, type Page, expect, test as base } from '@playwright/test';
import { Api } from './api.ts';
import { Server, heedful, newDataFolder } from './server.ts';
import { MailSink } from './smtp.ts';

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
  /** A page of the signed-in owner. */
  ownerPage: Page;
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

  ownerPage: async ({ browser, contextOptions, baseURL, ownerState }, use) => {
    const context = await browser.newContext({
      ...contextOptions,
      ...(baseURL ? { baseURL } : {}),
      storageState: ownerState,
    });
    await use(await context.newPage());
    await context.close();
  },
});

/** Signs in through the form and waits for the app. */
export async function signIn(page: Page, { email, password } = OWNER): Promise<void> {
  await page.goto('/sign-in');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).not.toHaveURL(/sign-in/);
}

/** Fails with what to mend, and where, when the page breaks WCAG 2.2 AA as far as a machine can tell. */
export async function expectAccessible(page: Page): Promise<void> {
  const axe = new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']);
  const { violations } = await axe.analyze();
  const broken = violations.map(({ id, help, nodes }) => {
    const places = nodes.map(
      ({ target, failureSummary }) =>
        `  ${target.join(' ')}\n    ${failureSummary?.replaceAll('\n', '\n    ')}`,
    );
    return `${id}: ${help}\n${places.join('\n')}`;
  });
  expect(broken.join('\n\n'), `accessibility of ${page.url()}`).toBe('');
}
