import { expect, expectAccessible, test } from '../fixtures.ts';

const PAGES = ['account', 'sessions', 'workspace', 'members', 'tokens', 'audit', 'jobs', 'outbox'];

for (const name of PAGES) {
  test(`the settings page ${name} is accessible`, async ({ ownerPage }) => {
    await ownerPage.goto(`/settings/${name}`);
    await expect(ownerPage.getByRole('heading', { level: 1 })).toBeVisible();
    await expectAccessible(ownerPage);
  });
}

test('an invited colleague joins by the link in the mail', async ({ ownerPage, browser, baseURL, mail }) => {
  await ownerPage.goto('/settings/members');
  await ownerPage.getByRole('button', { name: 'Invite somebody' }).click();
  await ownerPage.getByLabel('Email').fill('grace@example.com');
  await ownerPage.getByRole('button', { name: 'Send invitation' }).click();
  await expect(ownerPage.getByRole('dialog', { name: 'The invitation is on its way' })).toBeVisible();
  await expectAccessible(ownerPage);
  await ownerPage.getByRole('button', { name: 'Done' }).click();
  await expect(ownerPage.getByRole('table', { name: 'Invitations' })).toContainText('grace@example.com');

  const letter = await mail.waitFor('grace@example.com', /invites you to Harbour/);
  const link = /\S+accept-invitation\S+/.exec(letter.text ?? '')?.[0] ?? '';
  expect(letter.html).toContain(link);
  const context = await browser.newContext({ ...(baseURL ? { baseURL } : {}) });
  const colleague = await context.newPage();
  await colleague.goto(link);
  await expect(colleague.getByRole('heading', { name: 'Join Harbour' })).toBeVisible();
  await expectAccessible(colleague);
  await colleague.getByLabel('Your name').fill('Grace Hopper');
  await colleague.getByLabel('Password').fill('correct horse battery');
  await colleague.getByRole('button', { name: 'Join' }).click();
  await expect(colleague.getByRole('button', { name: /Grace Hopper/ })).toBeVisible();
  // A link works once.
  await colleague.goto(link);
  await expect(colleague.getByRole('heading', { name: 'This invitation no longer works' })).toBeVisible();
  await expectAccessible(colleague);
  await context.close();

  await ownerPage.reload();
  await expect(ownerPage.getByRole('table', { name: 'Members' })).toContainText('Grace Hopper');
});

test('a change is found in the audit log, with before and after', async ({ ownerPage, api }) => {
  const source = await api.post<{ id: string; version: number }>('/sources', {
    kind: 'inbox',
    name: 'Letters',
  });
  await api.patch(`/sources/${source.id}`, { name: 'Old letters' }, source.version);
  await ownerPage.goto(`/settings/audit?object_id=${source.id}&action=update`);
  await ownerPage.getByRole('button', { name: 'Source Old letters' }).click();
  const drawer = ownerPage.getByRole('dialog', { name: 'Source: Changed' });
  await expect(drawer).toContainText(/Before:\s*Letters/);
  await expect(drawer).toContainText(/After:\s*Old letters/);
  await expectAccessible(ownerPage);
});

test('a token is made, shown once, works and is revoked', async ({ ownerPage, heedful }) => {
  await ownerPage.goto('/settings/tokens');
  await ownerPage.getByRole('button', { name: 'New token' }).click();
  await ownerPage.getByLabel('What is it for?').fill('Nightly import');
  await ownerPage.getByRole('button', { name: 'Create token' }).click();
  const secret = await ownerPage.getByRole('textbox', { name: 'Token' }).inputValue();
  await ownerPage.getByRole('button', { name: 'Done' }).click();
  const ask = () =>
    fetch(`${heedful.url}/api/v1/sources`, { headers: { authorization: `Bearer ${secret}` } });
  expect((await ask()).status).toBe(200);
  await ownerPage
    .getByRole('row', { name: /Nightly import/ })
    .getByRole('button')
    .click();
  await ownerPage.getByRole('menuitem', { name: 'Revoke' }).click();
  await ownerPage.getByRole('button', { name: 'Revoke' }).click();
  await expect(ownerPage.getByText('Nightly import no longer works')).toBeVisible();
  expect((await ask()).status).toBe(401);
});

test('the API docs can be read without a script', async ({ browser, baseURL }) => {
  const context = await browser.newContext({
    javaScriptEnabled: false,
    ...(baseURL ? { baseURL } : {}),
  });
  const page = await context.newPage();
  await page.goto('/api/docs');
  await page.getByRole('link', { name: 'Record something a customer said.' }).click();
  await expect(page.getByRole('heading', { name: 'Record something a customer said.' })).toBeInViewport();
  await context.close();
});

test('the API docs are accessible', async ({ ownerPage }) => {
  await ownerPage.goto('/api/docs');
  // Hundreds of operations and schemas look alike, and each takes its time to judge.
  for (const kind of ['operation', 'schema']) {
    await ownerPage.locator(`section.${kind}`).evaluateAll((all) => {
      for (const one of all.slice(10)) one.remove();
    });
  }
  await expectAccessible(ownerPage);
});
