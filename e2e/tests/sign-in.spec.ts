import { OWNER, expect, expectAccessible, signIn, test } from '../fixtures.ts';

test('the owner signs in, sees the home page and signs out', async ({ page }) => {
  await page.goto('/');
  await expect(page).toHaveURL(/sign-in/);
  await expectAccessible(page);

  await signIn(page);
  await expect(page.getByRole('heading', { level: 1, name: 'This week' })).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('button', { name: /^Your menu/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();

  await page.goto('/');
  await expect(page).toHaveURL(/sign-in/);
});

test('a wrong password is refused and the address kept', async ({ page }) => {
  await page.goto('/sign-in');
  await page.getByLabel('Email').fill(OWNER.email);
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();

  const passwordField = page.getByLabel('Password', { exact: true });
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(passwordField).toHaveAttribute('aria-invalid', 'true');
  await expect(passwordField).toHaveAccessibleDescription(/email/);
  await expect(page.getByLabel('Email')).toHaveValue(OWNER.email);
  await expect(page).toHaveURL(/sign-in/);
  await expectAccessible(page);
});

test('one who is signed in already comes straight to the home page', async ({ ownerPage }) => {
  await ownerPage.goto('/');
  await expect(ownerPage.getByRole('heading', { level: 1, name: 'This week' })).toBeVisible();
});
