import { expect, expectAccessible, test } from '../fixtures.ts';
import { dialog, expectMessage, heading, pick, region, submit } from '../pages.ts';
import { Seed } from '../seed.ts';

test('words get a code from the codebook', async ({ ownerPage: page, api }) => {
  const seed = new Seed(api);
  const signal = await seed.signal(await seed.source('Calls about codes'), 'I lose my place after saving');
  await page.goto('/understand/codes');
  await page.getByRole('button', { name: 'Add a code' }).first().click();
  const form = dialog(page, 'Add a code');
  await form.getByLabel('Name').fill('Loses the place');
  await form.getByLabel('What it means').fill('The page jumps and people search where they were.');
  await form.getByLabel('Colour').selectOption({ index: 2 });
  await expectAccessible(page);
  await submit(form, 'Add code');
  await expect(page.getByRole('heading', { name: 'Loses the place' })).toBeVisible();

  await page.goto(`/listen/signals/${signal.id}`);
  await page.getByText('I lose my place after saving').last().selectText();
  await page.getByRole('button', { name: 'Code the selected words' }).click();
  const menu = dialog(page, 'Give it a code');
  await menu.getByRole('combobox').fill('loses');
  await menu.getByRole('option', { name: 'Loses the place' }).click();
  await expect(page.getByRole('list', { name: 'Highlights' })).toContainText('Loses the place');
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Loses the place' }).click();
  await expect(page.getByRole('link', { name: /I lose my place/ })).toBeVisible();
  await expectAccessible(page);
});

test('an insight stands on its evidence and owes nothing', async ({ ownerPage: page, api }) => {
  const seed = new Seed(api);
  const signal = await seed.signal(await seed.source('Calls about alarms'), 'The alarm wakes the wrong team');
  await seed.theme('Alarms reach nobody');
  await page.goto(`/listen/signals/${signal.id}`);
  await region(page, 'Insights').getByRole('link', { name: 'Write an insight' }).click();
  const form = dialog(page, 'Write an insight');
  await form.getByLabel('What was learned').fill('Alarms go to whoever set them up, not to who is on duty');
  await pick(form, 'Theme', 'Alarms reach nobody');
  await form.getByLabel('Context').fill('At night');
  await form.getByLabel('Next step').selectOption('Make a hypothesis');
  await form.getByLabel('Note').fill('About duty rosters');
  await form.getByLabel('By when').fill('2026-04-01');
  await expectAccessible(page);
  await form.getByRole('button', { name: 'Add insight' }).click();

  await expect(heading(page, 'Alarms go to whoever set them up')).toBeVisible();
  await expect(page.getByRole('link', { name: '“The alarm wakes the wrong team”' })).toBeVisible();
  await expect(page.getByText('Make a hypothesis: About duty rosters')).toBeVisible();
  await expectAccessible(page);
  await page.goto('/understand/insights');
  await expect(page.getByRole('table', { name: 'Insights' })).toContainText('Alarms go to whoever');
  await expectAccessible(page);
});

test('a theme gathers signals, swallows another, and gives it back', async ({ ownerPage: page, api }) => {
  const seed = new Seed(api);
  const source = await seed.source('Calls about printing');
  const first = await seed.signal(source, 'The plotter cuts off the margin');
  await seed.signal(source, 'Plotter output is blurred');
  await seed.themeOf('Paper is not the screen', [first]);

  await page.goto('/understand/themes');
  await expectAccessible(page);
  await page.keyboard.press('c');
  const form = dialog(page, 'Name a theme');
  await form.getByLabel('Name').fill('Plotters disappoint');
  await form.getByLabel('Problem type').selectOption('Usability');
  await form.getByLabel('Desired outcome').fill('Paper looks like the screen');
  await form.getByRole('button', { name: 'Add theme' }).click();
  await expect(heading(page, 'Plotters disappoint')).toBeVisible();

  await page.getByRole('button', { name: 'Assign signals' }).first().click();
  const assign = dialog(page, 'Assign signals');
  await assign.getByRole('searchbox', { name: 'Search signals' }).fill('plotter');
  await expect(assign.getByRole('button', { name: 'Assign all 2 found' })).toBeVisible();
  await assign.getByRole('checkbox', { name: 'Plotter output is blurred' }).check();
  await expectAccessible(page);
  await submit(assign, 'Assign 1 signal');
  await expectMessage(page, '1 signal put into Plotters disappoint');
  await expect(region(page, 'In their words')).toContainText('Plotter output is blurred');
  await expectAccessible(page);

  await page.getByRole('button', { name: 'Merge' }).click();
  const merge = dialog(page, 'Merge this theme');
  await pick(merge, 'Into', 'Paper is not the screen');
  await submit(merge, 'Merge');
  await expect(page.getByText('This theme was merged into')).toBeVisible();
  await page.getByText('This theme was merged into').getByRole('link').click();
  await expect(region(page, 'In their words')).toContainText('Plotter output is blurred');
  const about = page.getByRole('complementary', { name: 'About this theme' });
  await about.getByRole('button', { name: 'Undo' }).click();
  await expectMessage(page, 'Taken back: everything is where it was');
  await expect(region(page, 'In their words')).not.toContainText('Plotter output is blurred');
  await expect(about).toContainText('undone');
});

test('a metric is defined once and read', async ({ ownerPage: page }) => {
  await page.goto('/understand/metrics');
  await page.getByRole('button', { name: 'Define a metric' }).first().click();
  const form = dialog(page, 'Define a metric');
  await form.getByLabel('Name').fill('Time to the first map');
  await form.getByLabel('Made of').selectOption('Typed readings');
  await form.getByLabel('Unit').fill('minutes');
  await form.getByLabel('Direction').selectOption('Lower is better');
  await expectAccessible(page);
  await form.getByRole('button', { name: 'Add metric' }).click();
  await expect(heading(page, 'Time to the first map')).toBeVisible();

  const readings = region(page, 'Readings');
  await readings.getByRole('spinbutton', { name: 'New reading' }).fill('12.5');
  await readings.getByRole('button', { name: 'Add reading' }).click();
  await expectMessage(page, 'Reading added');
  await expect(readings.getByRole('listitem')).toContainText('12.5 minutes');
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Metrics' }).last().click();
  await expect(page.getByRole('table', { name: 'Metrics' })).toContainText('12.5 minutes');
  await expectAccessible(page);
});
