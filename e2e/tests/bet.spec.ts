import { expect, expectAccessible, test } from '../fixtures.ts';
import { dialog, expectMessage, heading, pick, region, submit } from '../pages.ts';
import { Seed } from '../seed.ts';
import { newMember } from '../members.ts';

test('an objective grows an opportunity and a hypothesis that tells its gaps', async ({
  ownerPage: page,
  api,
}) => {
  const seed = new Seed(api);
  await seed.signal(await seed.source('Calls about seeds'), 'I forget when to sow');
  await page.goto('/bet/objectives');
  await page
    .getByRole('button', { name: /Add (the first )?objective/ })
    .first()
    .click();
  await page.getByLabel('New objective').fill('Gardeners plan a second season');
  await page.keyboard.press('Enter');
  const objective = page.getByRole('group').filter({ hasText: 'Gardeners plan a second season' }).first();
  await objective.getByRole('button', { name: 'Add opportunity' }).click();
  await page.getByLabel('Add opportunity').fill('I forget what to do when');
  await page.keyboard.press('Enter');
  await objective.getByRole('button', { name: 'Add hypothesis' }).click();
  await page.getByLabel('Add hypothesis').fill('Reminders bring people back');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('listitem').filter({ hasText: 'Reminders bring people back' })).toContainText(
    /gaps?/,
  );
  await expectAccessible(page);

  await page.getByRole('link', { name: 'Reminders bring people back' }).click();
  await expect(heading(page, 'Reminders bring people back')).toBeVisible();
  const gaps = region(page, /gaps? to close/);
  const before = await gaps.getByRole('listitem').count();
  await expectAccessible(page);
  await gaps.getByRole('button', { name: 'Edit' }).click();
  const form = dialog(page, 'Edit hypothesis');
  await form.getByLabel('For whom').fill('Gardeners in their first year');
  await form.getByLabel('What changes').fill('A mail two days before sowing');
  await form.getByLabel('Because').fill('They want to, and forget');
  await form.getByLabel('If confirmed, we').fill('send them to everyone');
  await form.getByLabel('If refuted, we').fill('take them out');
  await expectAccessible(page);
  await submit(form, 'Save');
  await expect(page.getByText('A mail two days before sowing')).toBeVisible();
  await expect.poll(() => gaps.getByRole('listitem').count()).toBeLessThan(before);

  await page.getByRole('button', { name: 'Add evidence for it' }).click();
  const evidence = dialog(page, 'Add evidence for it');
  await pick(evidence, 'Signal', 'I forget when to sow');
  await evidence.getByLabel('Strength').selectOption('Said they do');
  await submit(evidence, 'Add evidence');
  await expect(region(page, /Speaks for it/)).toContainText('I forget when to sow');
});

test('a bet is scored blind by two and moved over the board', async ({
  ownerPage: page,
  api,
  mail,
  open,
}) => {
  const hypothesis = await new Seed(api).hypothesis('Smaller maps load sooner');
  const colleague = await newMember(api, mail, await open(), 'Alan Reed');
  await page.goto(`/bet/hypotheses/${hypothesis.id}`);
  await page.getByRole('button', { name: 'Bet on it' }).click();
  const form = dialog(page, 'Propose a bet');
  await form.getByLabel('Bet', { exact: true }).fill('Ship small maps first');
  await form.getByLabel('How it is taken back').fill('Turn the flag off');
  await expectAccessible(page);
  await form.getByRole('button', { name: 'Propose bet' }).click();
  await expect(heading(page, 'Ship small maps first')).toBeVisible();

  const scoring = region(page, 'Blind scores');
  await scoring.getByRole('button', { name: 'Ask people' }).click();
  const asked = dialog(page, 'Who scores this bet?');
  await asked.getByRole('checkbox', { name: 'Alan Reed' }).check();
  await asked.getByRole('checkbox', { name: 'owner' }).check();
  await submit(asked, 'Ask them');
  await expect(scoring).toContainText('0 of 2 have scored');
  await scoring.getByLabel('Impact').fill('9');
  await scoring.getByLabel('Why').fill('Every page gets faster');
  await expectAccessible(page);
  await scoring.getByRole('button', { name: 'Give my score' }).click();
  await expect(scoring).toContainText('1 of 2 have scored');
  await expect(scoring.getByRole('table')).toHaveCount(0);

  await colleague.goto(page.url());
  const theirs = region(colleague, 'Blind scores');
  await expect(theirs).not.toContainText('Every page gets faster');
  await theirs.getByLabel('Impact').fill('2');
  await theirs.getByRole('button', { name: 'Give my score' }).click();
  await expect(theirs.getByRole('row', { name: /Alan Reed/ })).toBeVisible();
  await expect(theirs).toContainText('Every page gets faster');
  await expect(theirs).toContainText('Talk about impact');
  await expectAccessible(colleague);

  await page.goto('/bet/bets');
  await page.getByRole('button', { name: 'Move “Ship small maps first”' }).click();
  await page.getByRole('menuitem', { name: 'Ready' }).click();
  await expectMessage(page, 'Moved to Ready');
  await expect(region(page, /^Ready/).getByRole('link', { name: 'Ship small maps first' })).toBeFocused();
  await expectAccessible(page);
  await page.getByRole('tab', { name: 'Ranked' }).click();
  await expect(page.getByRole('table', { name: 'Bets' })).toContainText('Ship small maps first');
  await expectAccessible(page);
});
