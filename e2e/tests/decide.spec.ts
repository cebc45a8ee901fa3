import { expect, expectAccessible, test } from '../fixtures.ts';
import { dialog, expectMessage, heading, pick, region, submit } from '../pages.ts';
import { Seed } from '../seed.ts';

test('a rule agreed beforehand fires by itself', async ({ ownerPage: page, api }) => {
  const seed = new Seed(api);
  const source = await seed.source('Calls about ferries');
  const signals = [
    await seed.signal(source, 'The ferry page is always late'),
    await seed.signal(source, 'Ferry times are from last year'),
  ];
  await seed.themeOf('Ferry times are wrong', signals);
  await page.goto('/decide/rules');
  await expectAccessible(page);
  await page
    .getByRole('button', { name: /Add (a )?rule/ })
    .first()
    .click();
  const form = dialog(page, 'Add a rule');
  await form.getByLabel('Name').fill('Ferries are loud');
  await pick(form, 'Theme', 'Ferry times are wrong');
  await form.getByLabel('Threshold').fill('2');
  await expectAccessible(page);
  await submit(form, 'Add rule');
  await expect(page).not.toHaveURL(/new=/);

  const firing = region(page, /firings? to handle/)
    .getByRole('listitem')
    .filter({ hasText: 'Ferries are loud' });
  await expect(async () => {
    await page.reload();
    await expect(firing).toContainText('reached 2', { timeout: 2_000 });
  }).toPass({ timeout: 30_000 });
  await expectAccessible(page);
  await firing.getByRole('button', { name: 'Handled' }).click();
  await expectMessage(page, 'Marked as handled');
  await expect(firing).toHaveCount(0);
});

test('a decision keeps its grounds, its verdict and who saw it otherwise', async ({
  ownerPage: page,
  api,
}) => {
  const seed = new Seed(api);
  await seed.signal(await seed.source('Calls about tides'), 'Tides in metres, please');
  await seed.betOn('Metres are read faster than feet', 'Show tides in metres');
  await page.goto('/decide/decisions');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Ask for a decision' }).first().click();
  const form = dialog(page, 'Ask for a decision');
  await form.getByLabel('Question').fill('Do we keep metres?');
  await form.getByLabel('Options').fill('Keep them\nBack to feet');
  await form.getByLabel('What was agreed beforehand').fill('Keep them if nobody complains');
  await form.getByLabel('It is about').selectOption('A bet');
  await pick(form, 'Which one', 'Show tides in metres');
  await expectAccessible(page);
  await form.getByRole('button', { name: 'Ask', exact: true }).click();
  await expect(heading(page, 'Do we keep metres?')).toBeVisible();
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Add evidence' }).click();
  const evidence = dialog(page, 'Add evidence');
  await pick(evidence, 'Which one', 'Tides in metres, please');
  await submit(evidence, 'Add');
  await page.getByRole('button', { name: 'Add dissent' }).click();
  const dissent = dialog(page, 'Add dissent');
  await dissent.getByLabel('Who').fill('Ruth');
  await dissent.getByLabel('What they say').fill('Pilots still think in feet');
  await submit(dissent, 'Add');
  await expect(page.getByText('Pilots still think in feet')).toBeVisible();

  await page.getByRole('button', { name: 'Decide', exact: true }).click();
  const verdict = dialog(page, 'Decide');
  await verdict.getByRole('radio', { name: /Persevere/ }).check();
  await verdict.getByLabel('Why').fill('Nobody complained in three weeks');
  await expectAccessible(page);
  await submit(verdict, 'Decide');
  await expectMessage(page, 'Decided: Persevere');
  await expect(page.getByText('Nobody complained in three weeks')).toBeVisible();

  await page.getByRole('button', { name: 'Add an action' }).click();
  const action = dialog(page, 'Add an action');
  await action.getByLabel('What is to be done').fill('Take the switch out');
  await submit(action, 'Add action');
  await expect(page.getByRole('checkbox', { name: 'Done: Take the switch out' })).toBeVisible();
  await expectAccessible(page);
});

test('an overdue action is loud, and the weekly review writes its minutes back', async ({
  ownerPage: page,
  api,
}) => {
  const owner_id = await new Seed(api).owner();
  await api.post('/actions', { title: 'Call the harbour master', owner_id, due_at: '2026-03-02T12:00:00Z' });
  await page.goto('/decide/actions');
  await expect(page.getByText(/actions? overdue\./)).toBeVisible();
  await expectAccessible(page);

  await page.goto('/decide/reviews');
  await expectAccessible(page);
  await page
    .getByRole('button', { name: /Start (a|the first) review/ })
    .first()
    .click();
  await expect(heading(page, 'Weekly review')).toBeVisible();
  const agenda = page.getByRole('navigation', { name: 'Agenda' });
  await agenda.getByRole('button', { name: /Call the harbour master/ }).click();
  await expect(page.getByRole('heading', { level: 2, name: /Call the harbour master/ })).toBeVisible();
  await expectAccessible(page);
  await page.getByLabel('Minutes').fill('He was on leave');
  await page.getByRole('button', { name: /Create an action/ }).click();
  await page.getByLabel('What is to be done').fill('Write to his deputy');
  await pick(page, 'Owner', 'owner');
  await page.getByLabel('Until').fill('2026-03-25');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Save and go on' }).click();
  await expect(agenda.getByRole('button', { name: /Call the harbour master Action created/ })).toBeVisible();
  await page.getByRole('button', { name: 'Close the review' }).click();
  const close = dialog(page, 'Close the review');
  await close.getByLabel('Summary').fill('A short week');
  await submit(close, 'Close the review');
  await expectMessage(page, 'Review closed');
  await expect(page.getByText('A short week')).toBeVisible();
  await expectAccessible(page);

  await page.goto('/decide/actions');
  const list = page.getByRole('list', { name: 'Actions' });
  await expect(list).toContainText('Write to his deputy');
  await list.getByRole('checkbox', { name: 'Done: Call the harbour master' }).check();
  await expectMessage(page, 'Done');
});
