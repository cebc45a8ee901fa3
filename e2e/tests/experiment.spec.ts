import type { Page } from '@playwright/test';
import { expect, expectAccessible, test } from '../fixtures.ts';
import { dialog, expectMessage, heading, region } from '../pages.ts';
import { Seed } from '../seed.ts';

/** Types how many people each group had, and how many of them said yes. */
async function typeCounts(page: Page, counts: Record<string, [people: number, yes: number]>) {
  await page.getByRole('button', { name: 'Type counts' }).click();
  const form = dialog(page, 'Type counts');
  for (const [group, [people, yes]] of Object.entries(counts)) {
    const cell = form.getByRole('group', { name: `signed up in ${group}` });
    await cell.getByLabel('People').fill(String(people));
    await cell.getByLabel('Yes').fill(String(yes));
  }
  await expectAccessible(page);
  await form.getByRole('button', { name: 'Save counts' }).click();
  await expect(form).toBeHidden();
}

test('a plan is frozen before the data, and the result keeps to it', async ({ ownerPage: page, api }) => {
  const bet = await new Seed(api).betOn('A shorter form is filled in more often', 'Ask for the email alone');
  await page.goto(`/bet/bets/${bet.id}`);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Plan a test' }).click();
  const form = dialog(page, 'Plan an experiment');
  await form.getByLabel('Experiment').fill('Email alone against the long form');
  await form.getByRole('radio', { name: /A\/B test/ }).check();
  await expectAccessible(page);
  await form.getByRole('button', { name: 'Draw up the plan' }).click();
  await expect(heading(page, 'Email alone against the long form')).toBeVisible();

  await page.getByLabel('Who takes part').fill('Visitors of the sign-up page');
  await page.getByLabel('Name of group 1').fill('long');
  await page.getByLabel('Name of group 2').fill('short');
  if (!(await page.getByRole('textbox', { name: 'Metric 1' }).isVisible())) {
    await page.getByRole('button', { name: 'Add metric' }).click();
  }
  await page.getByRole('textbox', { name: 'Metric 1' }).fill('signed up');
  await page.getByLabel('Smallest worthwhile effect').fill('0.02');
  await page.getByLabel('The metric today').fill('0.2');
  await page.getByLabel('People per week').fill('5000');
  await page.getByLabel('People per group').fill('7000');
  await page.getByLabel('Runs for').fill('21');
  await page.getByLabel('If confirmed, we').fill('keep the short form');
  await page.getByLabel('If refuted, we').fill('bring the long one back');
  await page.getByLabel('If inconclusive, we').fill('ask five people why');
  await expect(page.getByText('The plan is complete.')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Save plan' }).click();
  await expectMessage(page, 'Plan saved');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await expectMessage(page, 'Started. The plan is frozen.');
  const plan = region(page, 'The plan');
  await expect(plan).toContainText('Frozen at the start as');
  const hash = await plan.locator('code').textContent();

  await typeCounts(page, { long: [7000, 1400], short: [7040, 1760] });
  const health = region(page, 'Can these numbers be trusted?');
  await expect(health.getByRole('listitem').filter({ hasText: 'Group sizes' })).toContainText('Fine');
  await expect(region(page, 'The agreed rule proposes')).toContainText('Confirmed');
  await expect(region(page, 'The agreed rule proposes')).toContainText('keep the short form');
  const row = page.getByRole('table', { name: 'Every metric in every group' }).getByRole('row');
  await expect(row.filter({ hasText: 'short' })).toContainText(/5.*\(.*\d.*to.*\d.*\)/);
  await expectAccessible(page);

  await typeCounts(page, { long: [7000, 1400], short: [5000, 1250] });
  const sizes = health.getByRole('listitem').filter({ hasText: 'Group sizes' });
  await expect(sizes).toContainText('Alarm');
  await expect(region(page, 'The agreed rule proposes')).not.toContainText('Confirmed');
  await expectAccessible(page);

  await plan.getByRole('button', { name: 'Amend' }).click();
  await plan.getByLabel('Runs for').fill('28');
  await plan.getByLabel('Why it must change now').fill('A public holiday fell into the third week');
  await expectAccessible(page);
  await plan.getByRole('button', { name: 'Amend the plan' }).click();
  await expect(region(page, 'Changed after the start')).toContainText('A public holiday fell');
  await expect(region(page, 'Changed after the start')).toContainText('28');
  expect(await plan.locator('code').textContent()).toBe(hash);
  await page.getByRole('button', { name: 'Finish' }).click();
  await expectMessage(page, 'Finished');
  await page.getByRole('button', { name: 'Evidence against' }).click();
  await expectMessage(page, 'Added as evidence');

  await page.goto('/experiment/experiments');
  await expect(page.getByRole('table', { name: 'Experiments' })).toContainText('Email alone');
  await expectAccessible(page);
});
