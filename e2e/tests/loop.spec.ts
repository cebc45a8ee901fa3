import { existsSync } from 'node:fs';
import path from 'node:path';
import { NOW, expect, expectAccessible, test } from '../fixtures.ts';
import { Keyboard } from '../keyboard.ts';
import { dialog, expectMessage, heading, region } from '../pages.ts';
import { Seed } from '../seed.ts';

/** Data of real products; larger than what belongs into a repository. */
const DATA = path.resolve(import.meta.dirname, '../../../shared/data');

const MINUTE_LATER = new Date(Date.parse(NOW) + 60_000).toISOString();

interface Learning {
  time_to_learning: { total: { median_days: { n: number } } };
}

test('the whole loop, from a word to a published outcome, by keyboard alone', async ({
  ownerPage: page,
  api,
}) => {
  // Six stages by single keys: as long as six tests, and allowed as much on a machine with other work.
  test.slow();
  const keys = new Keyboard(page);
  const nLearned = async () =>
    (await api.get<Learning>(`/measures?to=${MINUTE_LATER}`)).time_to_learning.total.median_days.n;
  const before = await nLearned();
  await new Seed(api).source('Calls about lamps');
  await page.goto('/');
  await expect(heading(page, 'This week')).toBeVisible();

  await test.step('listen', async () => {
    await keys.press('g', 'i');
    await expect(heading(page, 'Inbox')).toBeVisible();
    await keys.press('c');
    const form = dialog(page, 'Add a signal');
    await keys.type(form.getByLabel('What was said'), 'My lamp goes out at midnight');
    await keys.find(form.getByRole('combobox', { name: 'Source' }), 'Calls about lamps');
    await keys.send(form);
    await expect(page.getByRole('link', { name: 'My lamp goes out at midnight' })).toBeVisible();
  });

  await test.step('understand', async () => {
    await keys.press('g', 't');
    await expect(heading(page, 'Themes')).toBeVisible();
    await keys.press('c');
    const form = dialog(page, 'Name a theme');
    await keys.type(form.getByLabel('Name'), 'Lamps go out');
    await keys.send(form);
    await expect(heading(page, 'Lamps go out')).toBeVisible();
    await keys.press('a');
    const assign = dialog(page, 'Assign signals');
    await keys.type(assign.getByRole('searchbox'), 'midnight');
    // Each new search unticks what was ticked.
    await expect(assign.getByRole('button', { name: 'Assign all 1 found' })).toBeVisible();
    await keys.reach(assign.getByRole('checkbox', { name: 'My lamp goes out at midnight' }));
    await keys.press('Space');
    await keys.push(assign.getByRole('button', { name: 'Assign 1 signal' }));
    await expect(region(page, 'In their words')).toContainText('My lamp goes out at midnight');
  });

  await test.step('bet', async () => {
    await keys.go('Hypotheses');
    await keys.press('c');
    const form = dialog(page, 'Write a hypothesis');
    await keys.type(form.getByLabel('We believe that'), 'A larger battery lasts the night');
    await keys.send(form);
    await expect(heading(page, 'A larger battery lasts the night')).toBeVisible();
    await keys.push(page.getByRole('button', { name: 'Add evidence for it' }));
    const evidence = dialog(page, 'Add evidence for it');
    await keys.find(evidence.getByRole('combobox', { name: 'Signal' }), 'My lamp goes out at midnight');
    await keys.select(evidence.getByLabel('Strength'), 'Seen doing');
    await keys.send(evidence);
    await keys.push(page.getByRole('button', { name: 'Bet on it' }));
    const bet = dialog(page, 'Propose a bet');
    await keys.type(bet.getByLabel('Bet', { exact: true }), 'Twice the battery');
    await keys.type(bet.getByLabel('How it is taken back'), 'Put the small one back');
    await keys.send(bet);
    await expect(heading(page, 'Twice the battery')).toBeVisible();
    await keys.push(page.getByRole('button', { name: 'Edit', exact: true }));
    const edit = dialog(page, 'Edit bet');
    await keys.type(edit.getByLabel('Forecast'), '60');
    await keys.send(edit);
    await expect(page.getByText(/60.?% that the threshold is met/)).toBeVisible();
    await keys.take(page.getByRole('button', { name: 'Move to…' }), 'Running');
    await expectMessage(page, 'Moved to Running');
  });

  await test.step('experiment', async () => {
    await keys.push(page.getByRole('button', { name: 'Plan a test' }));
    const form = dialog(page, 'Plan an experiment');
    await keys.type(form.getByLabel('Experiment'), 'Large against small');
    await keys.send(form);
    await expect(heading(page, 'Large against small')).toBeVisible();
    await keys.type(page.getByLabel('Who takes part'), 'Buyers of April');
    await keys.type(page.getByLabel('Name of group 1'), 'small');
    await keys.type(page.getByLabel('Name of group 2'), 'large');
    await keys.push(page.getByRole('button', { name: 'Add metric' }));
    await keys.type(page.getByRole('textbox', { name: 'Metric 1' }), 'lit at dawn');
    await keys.type(page.getByLabel('Smallest worthwhile effect'), '0.1');
    await keys.type(page.getByLabel('The metric today'), '0.3');
    await keys.type(page.getByLabel('People per group'), '500');
    await keys.type(page.getByLabel('Runs for'), '14');
    await keys.type(page.getByLabel('If confirmed, we'), 'keep it');
    await keys.type(page.getByLabel('If refuted, we'), 'drop it');
    await keys.type(page.getByLabel('If inconclusive, we'), 'think');
    await keys.press('Enter');
    await expectMessage(page, 'Plan saved');
    await keys.push(page.getByRole('button', { name: 'Start', exact: true }));
    await keys.push(page.getByRole('button', { name: 'Type counts' }));
    const counts = dialog(page, 'Type counts');
    for (const [group, yes] of [
      ['small', '150'],
      ['large', '250'],
    ]) {
      const cell = counts.getByRole('group', { name: `lit at dawn in ${group}` });
      await keys.type(cell.getByLabel('People'), '500');
      await keys.type(cell.getByLabel('Yes'), yes ?? '');
    }
    await keys.send(counts);
    await keys.push(page.getByRole('button', { name: 'Finish' }));
    await keys.push(page.getByRole('button', { name: 'Add as evidence' }));
    await expectMessage(page, 'Added as evidence');
  });

  await test.step('decide', async () => {
    await keys.press('g', 'd');
    await expect(heading(page, 'Decisions')).toBeVisible();
    await keys.press('c');
    const form = dialog(page, 'Ask for a decision');
    await keys.type(form.getByLabel('Question'), 'Do lamps get the large battery?');
    await keys.select(form.getByLabel('It is about'), 'An experiment');
    await keys.find(form.getByRole('combobox', { name: 'Which one' }), 'Large against small');
    await keys.send(form);
    await expect(heading(page, 'Do lamps get the large battery?')).toBeVisible();
    await keys.press('v');
    const verdict = dialog(page, 'Decide');
    await keys.reach(verdict.getByRole('radio', { name: /Persevere/ }));
    await keys.press('Space');
    await keys.type(verdict.getByLabel('Why'), 'Half of them burn at dawn, and before it were three in ten.');
    await keys.send(verdict);
    await expectMessage(page, 'Decided: Persevere');
  });

  await test.step('share', async () => {
    await keys.press('g', 'o');
    await expect(heading(page, 'Outcomes')).toBeVisible();
    await keys.press('c');
    const form = dialog(page, 'Draft an outcome');
    await keys.find(form.getByRole('combobox', { name: 'Decision' }), 'Do lamps get the large battery?');
    await keys.send(form);
    await keys.push(page.getByRole('button', { name: 'Publish' }));
    const publish = dialog(page, 'Publish this outcome?');
    await keys.push(publish.getByRole('button', { name: 'Publish' }));
    await expect(publish).toBeHidden();
    await expect(page.getByText('Published', { exact: true })).toBeVisible();
  });

  await test.step('measure', async () => {
    // The page asks for a period up to its own now, and the server's clock stands still at the verdict.
    await page.clock.setFixedTime(MINUTE_LATER);
    await keys.press('g', 'm');
    await expect(heading(page, 'Learning')).toBeVisible();
    await expect(region(page, 'Time to validated learning, median')).toContainText('under an hour');
    expect(await nLearned()).toBe(before + 1);
    await expectAccessible(page);
  });
});

test.describe('real data', () => {
  test.skip(!existsSync(DATA), `no data in ${DATA}`);

  test('three thousand questions of a bank are imported', async ({ ownerPage: page }) => {
    await page.goto('/listen/imports/new');
    await page.locator('input[type="file"]').setInputFiles(path.join(DATA, 'text/banking77_test.csv'));
    await page.getByRole('combobox', { name: 'Source' }).fill('Banking questions');
    await page.getByRole('option', { name: /Banking questions/ }).click();
    await page.getByRole('button', { name: 'Upload and look' }).click();
    await expect(heading(page, 'banking77_test.csv')).toBeVisible();
    await page.getByLabel('Tags').selectOption('category');
    await expect(region(page, 'Preview')).toContainText('card_arrival');
    await page.getByRole('button', { name: 'Start the import' }).click();
    await expect(page.getByText('Done', { exact: true })).toBeVisible({ timeout: 60_000 });
    await expect(page.getByText('3,080').first()).toBeVisible();
    await page.getByRole('link', { name: 'Show its signals' }).click();
    await page.getByRole('group', { name: 'Tag' }).getByRole('button').first().click();
    const table = page.getByRole('table', { name: 'Signals' });
    await expect(table.locator('tbody').getByRole('row')).toHaveCount(40);
    await expectAccessible(page);
  });

  test('ninety thousand players show that their groups are lopsided', async ({ ownerPage: page, api }) => {
    const bet = await new Seed(api).betOn('A later gate keeps players', 'Move the gate to level 40');
    const plan = {
      population: 'New players',
      variants: [{ name: 'gate_30' }, { name: 'gate_40' }],
      primary: { name: 'retention_7', kind: 'proportion', direction: 'up' },
      smallest_effect: 0.01,
      effect_kind: 'absolute',
      baseline: 0.19,
      sample_size: 20_000,
      duration_days: 14,
      decision_rule: { confirmed: 'Move it', refuted: 'Leave it', inconclusive: 'Try level 35' },
    };
    const experiment = await api.post<{ id: string; version: number }>('/experiments', {
      bet_id: bet.id,
      title: 'Gate at level 40',
      kind: 'ab',
      plan,
    });
    await api.post(`/experiments/${experiment.id}/start`, {}, experiment.version);
    await page.goto(`/experiment/experiments/${experiment.id}`);
    await page.getByLabel(/Import people/).setInputFiles(path.join(DATA, 'ab/cookie_cats.csv.gz'));
    const data = region(page, 'Data');
    await expect(data.getByLabel('Who (one row per person)')).toHaveValue('userid', { timeout: 30_000 });
    await data.getByLabel('Group').selectOption('version');
    await data.getByLabel('retention_7').selectOption('retention_7');
    await data.getByRole('button', { name: 'Import', exact: true }).click();
    await expect(data.getByText('90,189 rows read:')).toBeVisible({ timeout: 90_000 });
    const sizes = region(page, 'Can these numbers be trusted?').getByRole('listitem');
    await expect(sizes.filter({ hasText: 'Group sizes' })).toContainText('Alarm');
    await expectAccessible(page);
  });
});
