import { type Locator, type Page, expect } from '@playwright/test';

/** Where something is looked for: a page, or a part of it. */
type Scope = Page | Locator;

export const dialog = (page: Page, title: string | RegExp) => page.getByRole('dialog', { name: title });

/** The named region, which is what sections with a heading are. */
export const region = (page: Page, name: string | RegExp) => page.getByRole('region', { name });

/** Chooses from a list that is searched by typing. */
export async function pick(scope: Scope, label: string | RegExp, text: string): Promise<void> {
  const field = scope.getByRole('combobox', { name: label });
  await field.click();
  await field.fill(text);
  await scope.getByRole('listbox', { name: 'Options' }).getByRole('option', { name: text }).first().click();
  await expect(field).toHaveAttribute('aria-expanded', 'false');
}

/** Waits for a message of the app. */
export async function expectMessage(page: Page, text: string | RegExp): Promise<void> {
  await expect(page.getByRole('region', { name: 'Messages' }).getByText(text).first()).toBeVisible();
}

/** Presses the submitting button of a dialog and waits until the dialog is gone. */
export async function submit(form: Locator, label: string): Promise<void> {
  await form.getByRole('button', { name: label, exact: true }).click();
  await expect(form).toBeHidden();
}

export const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });
