import { type Page, expect } from '@playwright/test';
import type { Api } from './api.ts';
import type { MailSink } from './smtp.ts';

/** Invites somebody and lets them join, by the link in the mail, in the page given. */
export async function newMember(api: Api, mail: MailSink, page: Page, name: string): Promise<Page> {
  const email = `${name.toLowerCase().replaceAll(' ', '.')}@example.com`;
  await api.post('/invitations', { email, role: 'editor' });
  const letter = await mail.waitFor(email, /invites you/);
  await page.goto(/\S+accept-invitation\S+/.exec(letter.text ?? '')?.[0] ?? '');
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Password').fill('correct horse battery');
  await page.getByRole('button', { name: 'Join' }).click();
  await expect(page.getByRole('button', { name: new RegExp(name) })).toBeVisible();
  return page;
}
