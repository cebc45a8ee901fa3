import { writeFile } from 'node:fs/promises';
import { NOW, expect, expectAccessible, test } from '../fixtures.ts';
import { dialog, expectMessage, heading, pick, region, submit } from '../pages.ts';
import { heedful } from '../server.ts';

const DAY_MS = 86_400_000;

/** A time so many days before the clock of the server. */
const daysAgo = (days: number) => new Date(new Date(NOW).getTime() - days * DAY_MS).toISOString();

test('what people do shows as it comes in, also what cannot be kept', async ({ ownerPage: page, api }) => {
  await page.goto('/listen/events?event=harbour%20opened');
  await expect(page.getByText('No such event')).toBeVisible();
  await expectAccessible(page);
  const properties = { berth: 'north 4', boats: 3 };
  await api.post('/events', { event: 'harbour opened', distinct_id: 'skipper-1', properties });
  const row = page.getByRole('row', { name: /harbour opened/ });
  await expect(row).toContainText('skipper-1');
  await row.getByText('harbour opened').click();
  await expect(dialog(page, 'harbour opened')).toContainText('north 4');
  await expectAccessible(page);
  await page.keyboard.press('Escape');

  await page.goto('/listen/events?tab=names');
  const kind = page.getByRole('row', { name: /harbour opened/ });
  await expect(kind).toContainText('Undocumented');
  await expectAccessible(page);
  await kind.getByRole('button', { name: /More|Actions/ }).click();
  await page.getByRole('menuitem', { name: 'Say what it means' }).click();
  const form = dialog(page, 'harbour opened');
  await form.getByLabel('What it means').fill('The gate is open for boats.');
  await submit(form, 'Save');
  await expect(kind).toContainText('The gate is open for boats.');
  await expect(kind).not.toContainText('Undocumented');

  await api.post('/events', [{ event: 'no person' }]);
  await page.goto('/listen/events?tab=rejected');
  const reason = page.getByRole('row', { name: /does not say whose it is/ }).first();
  await expectAccessible(page);
  await reason.getByText('does not say whose').click();
  await expect(dialog(page, 'A rejected event')).toContainText('no person');
});

const LOADED = `customer,date,crates,note
0042,13/02/2026,3,cold
0043,14/02/2026,5,
,15/02/2026,1,nobody
`;

test('a file of events is understood as told, imported, and undone', async ({ ownerPage: page }) => {
  await page.goto('/listen/events/imports/new');
  await expectAccessible(page);
  await page
    .locator('input[type="file"]')
    .setInputFiles({ name: 'crates.csv', mimeType: 'text/csv', buffer: Buffer.from(LOADED) });
  await page.getByRole('button', { name: 'Upload and look' }).click();

  await expect(heading(page, 'crates.csv')).toBeVisible();
  const preview = region(page, 'Preview');
  await expect(preview.getByText('the event has no name')).toHaveCount(3);
  await page.getByLabel('What all rows are').fill('crates loaded');
  await expect(preview.getByRole('row', { name: /0042/ })).toContainText('crates: 3');
  await expect(preview.getByText('Rejected')).toHaveCount(1);
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Start the import' }).click();

  await expect(page.getByText('1 rejected row', { exact: true })).toBeVisible();
  await expect(page.getByRole('table', { name: 'Reasons' })).toContainText('does not say whose it is');
  await expectAccessible(page);
  const address = page.url();
  await page.getByRole('link', { name: 'Show its events' }).click();
  await expect(page.getByRole('row', { name: /crates loaded/ })).toHaveCount(2);
  await expectAccessible(page);
  await page.goto('/listen/sources');
  await expect(page.getByRole('table', { name: 'Files of events' })).toContainText('crates.csv');

  await page.goto(address);
  await page.getByRole('button', { name: 'Undo this import' }).click();
  await submit(dialog(page, 'Undo this import?'), 'Undo the import');
  await expect(page.getByText('Undone', { exact: true })).toBeVisible();
  await page.goto('/listen/events?event=crates%20loaded');
  await expect(page.getByText('No such event')).toBeVisible();
});

test('the command line sends a file of events', async ({ api }, info) => {
  const file = info.outputPath('nets.jsonl');
  const line = (n: number) =>
    JSON.stringify({ event: 'net mended', distinct_id: `mender-${n}`, timestamp: daysAgo(n) });
  await writeFile(file, `${[1, 2, 3].map(line).join('\n')}\nno event\n`);
  const printed = await heedful(['import', 'events', file], {
    HEEDFUL_SERVER: api.url,
    HEEDFUL_TOKEN: api.token,
  });
  expect(printed).toContain('rows 4, taken 3, known 0, rejected 1');
  const refused = heedful(['import', 'events', file, '--mapping', '{"timestamp": "nowhen"}'], {
    HEEDFUL_SERVER: api.url,
    HEEDFUL_TOKEN: api.token,
  });
  await expect(refused).rejects.toThrow(/mapping.timestamp/);
});

test('how events come in shows where the week begins, and what may come is bounded', async ({
  ownerPage: page,
  api,
}) => {
  await api.post('/events', [{ event: 'gauge read', distinct_id: 'pier-1' }]);
  await page.goto('/listen/events');
  const incoming = region(page, 'Events coming in');
  await expect(incoming.getByRole('region', { name: 'Events in 24 hours' })).toBeVisible();
  await page.goto('/settings/capture');
  await page.getByLabel('Events a day').fill('0');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('must be at least 1')).toBeVisible();
  await page.getByLabel('Events a day').fill('1000000');
  await page.getByRole('button', { name: 'Save' }).click();
  await expectMessage(page, 'Bounds saved');
  await expectAccessible(page);
  await page.getByLabel('Events a day').fill('');
  await page.getByRole('button', { name: 'Save' }).click();
  await expectMessage(page, 'Bounds saved');
});

test('a key from elsewhere is brought along, and ended', async ({ ownerPage: page }) => {
  await page.goto('/settings/capture');
  await expect(page.getByText('/api/v1/events \\')).toBeVisible();
  await page.getByRole('tab', { name: 'A page' }).click();
  await expect(page.getByText('/heedful.js" data-key=')).toBeVisible();
  await page.getByRole('button', { name: 'New key' }).click();
  const form = dialog(page, 'New key');
  await form.getByLabel('What sends with it?').fill('The shop');
  await form.getByLabel('Key you have already').fill('phc_of_the_shop');
  await expectAccessible(page);
  await submit(form, 'Create key');
  const row = page.getByRole('row', { name: /The shop/ });
  await expect(row).toContainText('phc_of_the_shop');
  await page.getByRole('tab', { name: 'PostHog SDKs' }).click();
  await expect(page.getByText('posthog.init(')).toBeVisible();
  await expectAccessible(page);
  await row.getByRole('button', { name: /More|Actions/ }).click();
  await page.getByRole('menuitem', { name: 'End this key…' }).click();
  await page.getByRole('button', { name: 'End the key' }).click();
  await expectMessage(page, 'The shop no longer works');
  await expect(row).toBeHidden();
});

test('a funnel is asked, opened up and kept', async ({ ownerPage: page, api }) => {
  const did = (person: string, event: string, days: number) => ({
    event: `boat ${event}`,
    distinct_id: person,
    timestamp: daysAgo(days),
    properties: { flag: person === 'ann' ? 'red' : 'blue' },
  });
  const events = [did('ann', 'seen', 9), did('ann', 'hired', 8), did('ben', 'seen', 7), did('cy', 'seen', 3)];
  await api.post('/events', events);
  await page.goto('/understand/questions');
  await page.getByRole('link', { name: 'New question' }).click();
  await page.getByRole('tab', { name: 'Funnel' }).click();
  await pick(page, 'Step 1', 'boat seen');
  await pick(page, 'Step 2', 'boat hired');
  const answer = page.getByRole('region', { name: 'The answer' });
  await expect(answer.getByText('33.3%').first()).toBeVisible();
  await expectAccessible(page);
  await answer.getByRole('button', { name: /2 dropped off/ }).click();
  const people = dialog(page, 'Dropped off after boat seen');
  const names = async () => (await people.getByRole('link').allInnerTexts()).sort();
  await expect.poll(names).toEqual(['ben', 'cy']);
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await pick(page, 'Broken down by', 'flag');
  await expect(answer.getByRole('row', { name: /^red/ })).toContainText('100%');

  await page.getByRole('button', { name: 'Keep this question' }).click();
  const form = dialog(page, 'Keep this question');
  await form.getByLabel('What is asked?').fill('Who hires a boat?');
  await submit(form, 'Keep');
  await expect(heading(page, 'Who hires a boat?')).toBeVisible();
  await page.goto('/understand/questions');
  await page.getByRole('link', { name: 'Who hires a boat?' }).click();
  await expect(answer.getByText('33.3%').first()).toBeVisible();
});

test('whoever signs in is one person, in what they did before and behind a number', async ({
  ownerPage: page,
  api,
}) => {
  const did = (person: string, event: string, days: number, properties: object = {}) => ({
    event: `kite ${event}`,
    distinct_id: person,
    timestamp: daysAgo(days),
    properties,
  });
  const flora = { name: 'Flora Kiteley', email: 'flora@kites.example', role: 'builder' };
  const signIn = { event: '$identify', distinct_id: 'flora', timestamp: daysAgo(4) };
  await api.post('/events', [
    did('visitor-1', 'seen', 5),
    { ...signIn, properties: { $anon_distinct_id: 'visitor-1', $set: flora } },
    did('flora', 'flown', 3),
    did('visitor-2', 'seen', 2),
  ]);
  const people = () => api.get<{ items: { id: string }[] }>('/people?q=flora');
  await expect.poll(async () => (await people()).items.length).toBe(1);
  await page.goto(`/listen/people/${(await people()).items[0]!.id}?part=deeds`);
  await expect(heading(page, 'Flora Kiteley')).toBeVisible();
  await expect(page.getByRole('link', { name: 'kite seen' })).toBeVisible();
  await expect(page.getByText('visitor-1')).toBeVisible();
  await expectAccessible(page);

  const series = [{ event: 'kite seen', aggregate: 'people' }];
  const breakdown = { property: 'traits.role', of: 'person' };
  const question = { kind: 'trend', series, interval: 'week', breakdown };
  await page.goto(`/understand/questions/ask?q=${encodeURIComponent(JSON.stringify(question))}`);
  const answer = page.getByRole('region', { name: 'The answer' });
  await expect(answer.getByRole('columnheader', { name: /builder/ })).toBeVisible();
  await page.getByRole('button', { name: 'Only those who fit a rule' }).click();
  const rule = dialog(page, 'Only people who fit');
  await rule.getByLabel('On what').selectOption('Person');
  await rule.getByLabel('Field').selectOption('Email');
  await rule.getByLabel('Comparison').selectOption('is known');
  await expectAccessible(page);
  await submit(rule, 'Use this rule');
  await expect(page.getByText('person email is known')).toBeVisible();
  await answer.getByRole('button', { name: '1', exact: true }).first().click();
  const behind = page.getByRole('dialog').filter({ hasText: 'Flora Kiteley' });
  await behind.getByRole('button', { name: 'Keep as a segment' }).click();
  const keep = dialog(page, 'Keep these people as a segment');
  await keep.getByLabel('Name of the segment').fill('Saw a kite');
  await submit(keep, 'Keep');
  await expect(heading(page, 'Saw a kite')).toBeVisible();
  await expect(page.getByText('1 picked person')).toBeVisible();
  await expectAccessible(page);
});

test('every kind of question has its picture', async ({ ownerPage: page, api }) => {
  const did = (person: string, event: string, days: number) => ({
    event: `gull ${event}`,
    distinct_id: `gull-${person}`,
    timestamp: daysAgo(days),
    properties: { size: days },
  });
  const people = ['a', 'b', 'c'];
  const events = people.flatMap((person, n) =>
    [1, 3, 8, 12].map((days) => did(person, days % 2 ? 'called' : 'landed', days + n)),
  );
  // Ten minutes later, in the same session.
  events.push(...people.map((person, n) => did(person, 'flew', 1 + n - 10 / (24 * 60))));
  await api.post('/events', events);
  await page.goto('/understand/questions/ask');
  const answer = page.getByRole('region', { name: 'The answer' });
  await pick(page, 'Event A', 'gull called');
  await page.getByLabel('What is counted').selectOption('median');
  await pick(page, 'Of which property', 'size');
  await expect(answer.getByRole('table', { name: '' }).first()).toBeVisible();
  await expect(answer).toContainText('Trend');
  await expectAccessible(page);
  for (const [kind, words] of [
    ['Retention', 'Began'],
    ['Lifecycle', 'Fell asleep'],
    ['Stickiness', 'There in'],
    ['Adoption', 'Reach'],
    ['Paths', 'First'],
  ] as const) {
    await page.getByRole('tab', { name: kind }).click();
    await expect(answer, kind).toContainText(words);
    await expectAccessible(page);
  }
});

test('a number of what people do becomes a metric, from a template and from a question', async ({
  ownerPage: page,
  api,
}) => {
  const did = (person: string, event: string, days: number) => ({
    event,
    distinct_id: person,
    timestamp: daysAgo(days),
  });
  await api.post('/events', [
    did('crew-1', 'crew joined', 9),
    did('crew-1', 'route planned', 8),
    did('crew-2', 'crew joined', 9),
    did('crew-3', 'crew joined', 9),
    did('crew-3', 'route planned', 1),
  ]);
  await page.goto('/understand/metrics?new=1');
  const form = dialog(page, 'Define a metric');
  await form.getByLabel('Made of').selectOption('What people do');
  await pick(page, 'Begins with', 'crew joined');
  await pick(page, 'Is done with', 'route planned');
  await expectAccessible(page);
  await submit(form, 'Add metric');
  await expect(heading(page, 'Activation')).toBeVisible();
  await expect(page.getByText('33.3%', { exact: false }).first()).toBeVisible();
  const made = region(page, 'Made of');
  await expect(made).toContainText('Who comes through crew joined → route planned, within 7 days');
  await expectAccessible(page);

  await made.getByRole('link', { name: 'Open the question' }).click();
  await page.getByLabel('Within').selectOption('30 days');
  await page.getByRole('button', { name: 'Use for Activation' }).click();
  const again = dialog(page, 'Another definition of Activation');
  await expectAccessible(page);
  await submit(again, 'Keep');
  await expect(made).toContainText('within 30 days');
  await expect(made).toContainText('Version 1');
  await expect(page.getByText('66.7%', { exact: false }).first()).toBeVisible();

  const question = { kind: 'retention', start: { event: 'crew joined' }, interval: 'week' };
  await page.goto(`/understand/questions/ask?q=${encodeURIComponent(JSON.stringify(question))}`);
  await page.getByRole('button', { name: 'Keep as a metric' }).click();
  const keep = dialog(page, 'Keep as a metric');
  await keep.getByLabel('Name').fill('Crews that come back');
  await submit(keep, 'Keep');
  await expect(heading(page, 'Crews that come back')).toBeVisible();
  await expect(region(page, 'Made of')).toContainText('Who comes back 1 week after crew joined');
});
