// SDKs of other tools, as they are, pointed at Heedful: what they send arrives once, with the right person, time and words.

import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { GrowthBook } from '@growthbook/growthbook';
import { growthbookTrackingPlugin } from '@growthbook/growthbook/plugins';
import RudderAnalytics from '@rudderstack/rudder-sdk-node';
import { Analytics } from '@segment/analytics-node';
import { PostHog } from 'posthog-node';
import { PostHog as OldPostHog } from 'posthog-node-4';
import { expect } from '../fixtures.ts';
import { KEY, folder, test, type Kept, type Target } from '../target.ts';

const MOMENT = '2026-01-02T03:04:05Z';
const PERSON = { email: 'ada@example.com' };
const require = createRequire(import.meta.url);

async function runPython(python: string | undefined, script: string, ...args: string[]) {
  test.skip(!python, 'the Python SDKs are not installed: `cargo xtask test` does that');
  await promisify(execFile)(python!, [path.join(folder, script), ...args]);
}

async function expectPaid(target: Target, more: Partial<Kept> = {}) {
  const paid = await target.one('paid');
  expect(paid).toMatchObject({ distinct_id: 'user-1', properties: { amount: 9.5 }, ...more });
}

/** That all of it was done by one person, who is known by the address and has both ids; nobody else is known. */
async function expectPerson(target: Target, before: string) {
  type Known = { id: string; external_id: string; email: string };
  const people = async () => (await target.api.get<{ items: Known[] }>('/people')).items;
  const ids = async () => {
    const [person] = await people();
    if (!person) return [];
    const path = `/people/${person.id}/distinct-ids`;
    const { items } = await target.api.get<{ items: { distinct_id: string }[] }>(path);
    return items.map((item) => item.distinct_id).sort();
  };
  await expect.poll(ids).toEqual([before, 'user-1'].sort());
  const all = await people();
  expect(all).toHaveLength(1);
  expect(all[0]).toMatchObject({ external_id: 'user-1', ...PERSON });
  const path = `/people/${all[0]!.id}/timeline?part=deeds`;
  const deeds = await target.api.get<{ total: number }>(path);
  expect(deeds.total).toBe((await target.events()).filter((event) => event.distinct_id !== '').length);
}

/** What a person is called, who she was before, and which group she is in. */
async function expectIdentity(target: Target) {
  const group = await target.one('$groupidentify');
  expect(group.properties).toMatchObject({ $group_key: 'acme', $group_set: { name: 'Acme' } });
  const alias = await target.one('$create_alias');
  expect([alias.distinct_id, alias.properties.alias].sort()).toEqual(['anon-9', 'user-1']);
  await expectPerson(target, 'anon-9');
  expect((await target.api.get<{ items: unknown[] }>('/accounts')).items).toMatchObject([{ name: 'Acme' }]);
}

for (const mode of ['v0', 'gzip', 'v1']) {
  test(`PostHog for Python, ${mode}`, async ({ target }) => {
    // Sent again, as after a failure: what has an id of its own is there once.
    for (let round = 0; round < 2; round++) {
      await runPython(process.env.HEEDFUL_PYTHON_SDKS, 'posthog_sdk.py', target.url, KEY, mode);
    }
    await expectPaid(target, { timestamp: MOMENT });
    const signedUp = (await target.events()).filter((event) => event.event === 'signed up');
    expect(signedUp).toHaveLength(2);
    expect(signedUp[0]).toMatchObject({ distinct_id: 'user-1', properties: { plan: 'team', $set: PERSON } });
    expect(signedUp[0]!.properties.$lib).toBe(
      mode === 'v1' ? 'posthog-python' : signedUp[0]!.properties.$lib,
    );
    await expectPerson(target, 'anon-9');
    await target.expectNothingRefused();
  });
}

test('PostHog for Python, of 2024', async ({ target }) => {
  await runPython(process.env.HEEDFUL_OLD_PYTHON_SDK, 'posthog_old_sdk.py', target.url, KEY);
  expect(await target.one('signed up')).toMatchObject({
    distinct_id: 'user-1',
    properties: { plan: 'team' },
  });
  expect((await target.one('$identify')).properties.$set).toEqual(PERSON);
  await expectIdentity(target);
  await target.expectNothingRefused();
});

for (const mode of ['plain', 'gzip']) {
  test(`Segment for Python, ${mode}`, async ({ target }) => {
    await runPython(process.env.HEEDFUL_PYTHON_SDKS, 'segment_sdk.py', target.url, KEY, mode);
    await expectPaid(target, { timestamp: MOMENT });
    expect((await target.one('looked')).distinct_id).toBe('anon-9');
    expect(await target.one('$pageview')).toMatchObject({ properties: { name: 'Python', category: 'Docs' } });
    expect((await target.one('$identify')).properties.$set).toEqual(PERSON);
    await expectIdentity(target);
    expect(JSON.stringify(await target.events())).not.toContain('1.2.3.4');
    await target.expectNothingRefused();
  });
}

test('RudderStack for Python', async ({ target }) => {
  await runPython(process.env.HEEDFUL_PYTHON_SDKS, 'rudder_sdk.py', target.url, KEY);
  await expectPaid(target);
  expect((await target.one('$identify')).properties.$set).toMatchObject(PERSON);
  await expectIdentity(target);
  await target.expectNothingRefused();
});

for (const [name, Sdk] of [
  ['PostHog for Node', PostHog],
  ['PostHog for Node, of 2024', OldPostHog],
] as const) {
  test(name, async ({ target }) => {
    const client = new Sdk(KEY, { host: target.url, flushAt: 20, flushInterval: 100 });
    const paid = {
      distinctId: 'user-1',
      event: 'paid',
      properties: { amount: 9.5 },
      timestamp: new Date(MOMENT),
    };
    client.capture({ ...paid, uuid: '018f5b0a-1111-7000-8000-00000000abcd' });
    client.identify({ distinctId: 'user-1', properties: PERSON });
    client.alias({ distinctId: 'user-1', alias: 'anon-9' });
    client.groupIdentify({ groupType: 'company', groupKey: 'acme', properties: { name: 'Acme' } });
    await client.shutdown();
    await expectPaid(target, { timestamp: MOMENT });
    expect((await target.one('$identify')).properties.$set).toEqual(PERSON);
    await expectIdentity(target);
    await target.expectNothingRefused();
  });
}

test('Segment for Node', async ({ target }) => {
  const client = new Analytics({ writeKey: KEY, host: target.url, flushInterval: 100 });
  const failures: unknown[] = [];
  client.on('error', (error) => failures.push(error));
  client.identify({ userId: 'user-1', traits: PERSON });
  for (let round = 0; round < 2; round++) {
    const paid = {
      userId: 'user-1',
      event: 'paid',
      properties: { amount: 9.5 },
      timestamp: new Date(MOMENT),
    };
    client.track({ ...paid, messageId: 'the same' });
  }
  client.group({ userId: 'user-1', groupId: 'acme', traits: { name: 'Acme' } });
  client.alias({ userId: 'user-1', previousId: 'anon-9' });
  await client.closeAndFlush();
  expect(failures).toEqual([]);
  await expectPaid(target, { timestamp: MOMENT });
  expect((await target.one('$identify')).properties.$set).toEqual(PERSON);
  await expectIdentity(target);
  await target.expectNothingRefused();
});

test('RudderStack for Node', async ({ target }) => {
  const client = new RudderAnalytics(KEY, { dataPlaneUrl: target.url, flushInterval: 100 });
  client.identify({ userId: 'user-1', traits: PERSON });
  client.track({ userId: 'user-1', event: 'paid', properties: { amount: 9.5 } });
  client.group({ userId: 'user-1', groupId: 'acme', traits: { name: 'Acme' } });
  client.alias({ userId: 'user-1', previousId: 'anon-9' });
  await new Promise((flushed) => client.flush(flushed));
  await expectPaid(target);
  await expectIdentity(target);
  await target.expectNothingRefused();
});

test('GrowthBook tracking for Node', async ({ target }) => {
  const plugins = [growthbookTrackingPlugin({ ingestorHost: target.url })];
  const client = new GrowthBook({ clientKey: KEY, attributes: { id: 'd-1', user_id: 'user-1' }, plugins });
  client.logEvent('paid', { amount: 9.5 });
  await expectPaid(target);
  client.destroy();
  await target.expectNothingRefused();
});

for (const version of ['posthog-js', 'posthog-js-1176']) {
  test(`PostHog in a page, ${version}`, async ({ target, pages, page }) => {
    const sdk = path.join(
      path.dirname(require.resolve(`${version}/package.json`)),
      'dist/array.full.no-external.js',
    );
    const own = await readFile(path.join(folder, 'posthog_page.js'), 'utf8');
    pages.add('posthog', `${await readFile(sdk, 'utf8')};\n${own}`);
    await page.goto(pages.address('posthog', target.url));
    await expectPaid(target);
    const identify = await target.one('$identify');
    expect(identify).toMatchObject({
      distinct_id: 'user-1',
      properties: { $set: expect.objectContaining(PERSON) },
    });
    const before = await target.one('signed up');
    expect(before.distinct_id).toBe(identify.properties.$anon_distinct_id);
    // By now the SDK has heard that it may look at clicks.
    await page.getByRole('button').click();
    expect((await target.one('$autocapture')).distinct_id).toBe('user-1');
    await page.goto('about:blank');
    expect((await target.one('$pageleave')).distinct_id).toBe('user-1');
    await expectPerson(target, before.distinct_id);
    await target.expectNothingRefused();
  });
}

for (const [name, batch] of [
  ['one by one', false],
  ['in batches', true],
] as const) {
  test(`Segment in a page, ${name}`, async ({ target, pages, page }) => {
    await pages.bundle('segment');
    await page.goto(pages.address('segment', target.url, batch));
    await expectPaid(target);
    const identify = await target.one('$identify');
    expect((await target.one('$pageview')).distinct_id).toBe(identify.properties.$anon_distinct_id);
    expect((await target.one('$groupidentify')).properties).toMatchObject({ $groups: { company: 'acme' } });
    await expectPerson(target, String(identify.properties.$anon_distinct_id));
    await target.expectNothingRefused();
  });

  test(`RudderStack in a page, ${name}`, async ({ target, pages, page }) => {
    await pages.bundle('rudder');
    await page.goto(pages.address('rudder', target.url, batch));
    if (batch) {
      // Beacons leave with the page, once the SDK has asked how it is to send.
      await page.waitForFunction(() => localStorage.length > 3);
      await page.goto('about:blank');
    }
    await expectPaid(target);
    const identify = await target.one('$identify');
    expect((await target.one('$pageview')).distinct_id).toBe(identify.properties.$anon_distinct_id);
    await expectPerson(target, String(identify.properties.$anon_distinct_id));
    await target.expectNothingRefused();
  });
}
