import { expect, expectAccessible, test } from '../fixtures.ts';

const FILE = `Id,Feedback,Email,Author,Company,Created At
1,"Exporting a month takes minutes",ada@acme.test,Ada Lovelace,Acme,2026-02-01 10:00
2,I love the new search,bob@acme.test,Bob Miles,Acme,2026-02-03 11:30
3,,cy@north.test,Cy Young,Northwind,2026-02-07 09:12
`;

test('a file becomes signals, people and a segment, and is undone', async ({ ownerPage: page }) => {
  await page.goto('/listen/sources');
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Import a file' }).first().click();
  await page
    .locator('input[type="file"]')
    .setInputFiles({ name: 'reviews.csv', mimeType: 'text/csv', buffer: Buffer.from(FILE) });
  await page.getByLabel('Source').fill('Reviews of spring');
  await page.getByRole('option', { name: /Reviews of spring/ }).click();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Upload and look' }).click();

  await expect(page.getByRole('heading', { level: 1, name: 'reviews.csv' })).toBeVisible();
  await expect(page.getByRole('cell', { name: 'Exporting a month takes minutes' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Start the import' }).click();
  await expect(page.getByText('1 refused row', { exact: true })).toBeVisible();
  await expectAccessible(page);
  const importUrl = page.url();

  await page.goto('/listen/people?q=ada');
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Ada Lovelace' }).click();
  await expect(page.getByRole('blockquote')).toContainText('Exporting a month takes minutes');
  await expectAccessible(page);

  await page.goto('/listen/segments/new');
  await page.getByLabel('Name', { exact: true }).fill('At Acme');
  await page.getByLabel('Field').selectOption('name');
  await page.getByLabel('Comparison').selectOption('contains');
  await page.getByLabel('Value').fill('acme');
  await expect(page.getByRole('link', { name: 'Bob Miles' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Save segment' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'At Acme' })).toBeVisible();

  await page.goto(importUrl);
  await page.getByRole('button', { name: 'Undo this import' }).click();
  await page.getByRole('button', { name: 'Undo the import' }).click();
  await expect(page.getByText('Undone', { exact: true })).toBeVisible();
});
