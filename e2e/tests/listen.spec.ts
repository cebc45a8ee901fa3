import { expect, expectAccessible, test } from '../fixtures.ts';
import { dialog, expectMessage, heading, pick, region, submit } from '../pages.ts';
import { Seed } from '../seed.ts';

test('what a customer said is written down and given a next step', async ({ ownerPage: page, api }) => {
  const source = await new Seed(api).source('Calls in March');
  await page.goto(`/listen/signals?source_id=${source.id}`);
  await page.getByRole('button', { name: 'Add signal' }).click();
  const form = dialog(page, 'Add a signal');
  await expectAccessible(page);
  await pick(form, 'Source', 'Calls in March');
  await form.getByRole('button', { name: 'Add signal' }).click();
  await expect(form.getByLabel('What was said')).toBeFocused();
  await form.getByLabel('What was said').fill('I pay twice for one seat');
  await submit(form, 'Add signal');

  const table = page.getByRole('table', { name: 'Signals' });
  await table.getByRole('link', { name: 'I pay twice for one seat' }).click();
  const panel = page.getByRole('complementary', { name: 'Signal' });
  await panel.getByRole('button', { name: 'Choose' }).click();
  const step = dialog(page, 'Next step');
  await step.getByLabel('Kind').selectOption('Ask more');
  await step.getByLabel('Note').fill('Which plan?');
  await submit(step, 'Save');
  await expect(panel).toContainText('Ask more: Which plan?');
  await expectAccessible(page);

  await panel.getByRole('link', { name: 'Open page' }).click();
  await expect(heading(page, 'I pay twice for one seat')).toBeVisible();
  await expectAccessible(page);
});

test('the inbox is narrowed, searched and triaged by keys', async ({ ownerPage: page, api }) => {
  const seed = new Seed(api);
  const [chat, mail] = [await seed.source('Chat of spring'), await seed.source('Mail of spring')];
  for (const body of ['The walrus invoice is wrong', 'Invoices arrive late', 'Walrus mode is lovely']) {
    await seed.signal(chat, body);
  }
  await seed.signal(mail, 'A walrus would help');

  await page.goto('/listen/signals');
  await page
    .getByRole('group', { name: 'Source' })
    .getByRole('button', { name: /Chat of spring/ })
    .click();
  const rows = page.getByRole('table', { name: 'Signals' }).locator('tbody').getByRole('row');
  await expect(rows).toHaveCount(3);
  await expectAccessible(page);
  await page.keyboard.press('/');
  await page.keyboard.type('walrus');
  await expect(rows).toHaveCount(2);
  await page.keyboard.press('Escape');

  for (const key of ['j', 'x', 'j', 'x']) await page.keyboard.press(key);
  const bar = page.getByRole('toolbar', { name: 'Ticked signals' });
  await expect(bar).toContainText('2 signals');
  await expectAccessible(page);
  await bar.getByRole('button', { name: 'Tag' }).click();
  const tag = dialog(page, 'Add a tag');
  await tag.getByLabel('Tag').fill('billing');
  await submit(tag, 'Add');
  await expectMessage(page, '2 signals tagged “billing”');
  await bar.getByRole('button', { name: 'Assign' }).click();
  const assign = dialog(page, 'Assign to');
  await assign.getByRole('option').first().click();
  await expectMessage(page, /2 signals assigned to/);
  await page.keyboard.press('e');
  await expect(rows).toHaveCount(0);
  await page.keyboard.press('u');
  await expectMessage(page, 'Undone');
  await expect(rows).toHaveCount(2);

  await page.keyboard.press('k');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('complementary', { name: 'Signal' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('complementary', { name: 'Signal' })).toBeHidden();
});

const FILE = `Note,Stars,When,Extra
"Exports time out, always",2,2026-03-01,web
Love the map,5,2026-03-02,phone
Odd,many,2026-03-03,phone
`;

test('a file is understood as told, reports what it refused, and is undone', async ({ ownerPage: page }) => {
  await page.goto('/listen/imports/new');
  await page
    .locator('input[type="file"]')
    .setInputFiles({ name: 'stars.csv', mimeType: 'text/csv', buffer: Buffer.from(FILE) });
  const source = page.getByRole('combobox', { name: 'Source' });
  await source.fill('Store of March');
  await page.getByRole('option', { name: /Store of March/ }).click();
  await page.getByRole('button', { name: 'Upload and look' }).click();

  await expect(heading(page, 'stars.csv')).toBeVisible();
  const preview = region(page, 'Preview');
  await page.getByLabel('Score', { exact: false }).first().selectOption('Stars');
  await page.getByLabel('What the score means').selectOption('Stars, 1–5');
  await page.getByLabel('Tags').selectOption('Extra');
  await expect(preview.getByRole('row', { name: /Exports time out, always/ })).toContainText('web');
  await expect(preview.getByText('Refused')).toHaveCount(1);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Start the import' }).click();

  await expect(page.getByText('1 refused row', { exact: true })).toBeVisible();
  await expect(page.getByRole('table', { name: 'Refused rows' })).toContainText('Stars');
  await expectAccessible(page);
  const address = page.url();
  await page.getByRole('link', { name: 'Show its signals' }).click();
  const table = page.getByRole('table', { name: 'Signals' });
  await expect(table.locator('tbody').getByRole('row')).toHaveCount(2);
  await expect(table).toContainText('phone');

  await page.goto(address);
  await page.getByRole('button', { name: 'Undo this import' }).click();
  await submit(dialog(page, 'Undo this import?'), 'Undo the import');
  await expect(page.getByText('Undone', { exact: true })).toBeVisible();
});

test('a survey is made, answered by a visitor, and its words become a signal', async ({
  ownerPage: page,
  visitorPage: visitor,
}) => {
  await page.goto('/listen/surveys');
  await expectAccessible(page);
  await page.keyboard.press('c');
  const form = dialog(page, 'New survey');
  await form.getByLabel('Name').fill('Would they tell a friend');
  await form.getByRole('radio', { name: /Recommendation/ }).check();
  await form.getByRole('button', { name: 'Make draft' }).click();
  await expect(heading(page, 'Edit Would they tell a friend')).toBeVisible();
  await page.getByLabel('Why you ask').fill('We choose what to mend next.');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Open for answers' }).click();
  await expectMessage(page, 'Survey is live');
  await expectAccessible(page);
  const address = await page.getByRole('textbox', { name: 'Page address' }).inputValue();

  await visitor.goto(address);
  await expect(visitor.getByText('We choose what to mend next.')).toBeVisible();
  await expectAccessible(visitor);
  // The server's clock stands still, and who answers within no time is taken for a program.
  await visitor.locator('input[name="at"]').evaluate((field: HTMLInputElement) => {
    field.value = String(Number(field.value) - 60_000_000);
  });
  await visitor.getByRole('button', { name: 'Send answer' }).click();
  await expect(visitor.getByRole('alert')).toContainText('Nothing is lost');
  await expectAccessible(visitor);
  await visitor.getByRole('radio', { name: '3', exact: true }).check();
  await visitor.getByLabel('What is the main reason').fill('Sharing a map takes seven clicks');
  await visitor.getByRole('radio', { name: /Anyone: you may quote me/ }).check();
  await visitor.getByRole('textbox', { name: 'Name' }).fill('Ines Vale');
  await visitor.getByLabel('Email').fill('ines@vale.test');
  await visitor.getByRole('button', { name: 'Send answer' }).click();
  await expect(visitor.getByText('may be quoted to anyone')).toBeVisible();
  await expectAccessible(visitor);

  await page.getByRole('tab', { name: 'Answers' }).click();
  await expect(page).toHaveURL(/tab=responses/);
  await page.reload();
  const answer = page.getByRole('tabpanel').getByRole('listitem').filter({ hasText: 'seven clicks' });
  await expect(answer).toContainText('May be quoted publicly');
  await expectAccessible(page);
  await page.getByRole('tab', { name: 'Results' }).click();
  await expectAccessible(page);
  await page.getByRole('tab', { name: 'Answers' }).click();
  await answer.getByRole('link').last().click();
  await expect(page.getByText('Sharing a map takes seven clicks').first()).toBeVisible();
  await expect(page.getByText('Ines Vale').first()).toBeVisible();
});

const TALK = `Interviewer: How do you share a map?

Ines: I take a picture of the screen and mail it.

Interviewer: Why not with the button?

Ines: I never saw it.
`;

test('a conversation is kept word for word and coded', async ({ ownerPage: page }) => {
  await page.goto('/listen/interviews');
  await expectAccessible(page);
  await page.keyboard.press('c');
  const form = dialog(page, 'New interview');
  await form.getByLabel('Title').fill('Ines about sharing');
  await form.getByLabel('Who may see the words').selectOption({ index: 1 });
  await form.getByRole('button', { name: 'Add interview' }).click();
  await expect(heading(page, 'Ines about sharing')).toBeVisible();
  await page.getByRole('button', { name: 'Add transcript' }).first().click();
  const upload = dialog(page, 'Add transcript');
  await upload
    .getByLabel('File')
    .setInputFiles({ name: 'talk.txt', mimeType: 'text/plain', buffer: Buffer.from(TALK) });
  await expectAccessible(page);
  await submit(upload, 'Keep transcript');

  const words = page.getByRole('list', { name: 'Transcript' }).getByText('I never saw it.');
  await words.selectText();
  await page.getByRole('button', { name: 'Code the selected words' }).click();
  const menu = dialog(page, 'Give it a code');
  await menu.getByRole('combobox', { name: 'Find a code' }).fill('Hidden button');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('link', { name: 'Hidden button' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Hidden button' }).click();
  await expect(page.getByRole('link', { name: '“I never saw it.”' })).toBeVisible();
});
