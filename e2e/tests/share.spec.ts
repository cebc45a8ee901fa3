import { expect, expectAccessible, test } from '../fixtures.ts';
import { dialog, expectMessage, heading, pick, submit } from '../pages.ts';
import { Seed } from '../seed.ts';

test('an outcome is published, objected to, answered, and told to those behind it', async ({
  ownerPage: page,
  visitorPage: visitor,
  open,
  api,
  mail,
}) => {
  const seed = new Seed(api);
  const person = await seed.person('Olga Berg', 'olga@berg.test');
  const signal = await seed.signal(await seed.source('Calls about buoys'), 'I cannot tell buoys apart', {
    person_id: person.id,
    may_show: 'public',
  });
  await seed.decided(signal, 'Colours tell buoys apart');

  await page.goto('/share/outcomes');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Draft an outcome' }).first().click();
  const draft = dialog(page, 'Draft an outcome');
  await pick(draft, 'Decision', 'Is it so? Colours tell buoys apart');
  await expectAccessible(page);
  await draft.getByRole('button', { name: 'Draft it' }).click();
  await page.getByLabel('Title').fill('Buoys have colours now');
  await page.getByLabel('We learned').fill('People find theirs in half the time.');
  await page.getByRole('radio', { name: /Everyone/ }).check();
  await page.getByRole('checkbox', { name: 'I cannot tell buoys apart' }).check();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Save changes' }).click();
  await expectMessage(page, 'Outcome saved');
  await page.getByRole('button', { name: 'Publish' }).click();
  const publish = dialog(page, 'Publish this outcome?');
  await expect(publish).toContainText('Everybody can read it');
  await submit(publish, 'Publish');
  await expect(page.getByText('Published', { exact: true })).toBeVisible();
  await expectAccessible(page);
  const address = await page.getByRole('textbox', { name: 'Address of the public page' }).inputValue();

  const plain = await open({ javaScriptEnabled: false });
  await plain.goto(address);
  await expect(heading(plain, 'Buoys have colours now')).toBeVisible();
  await expect(plain.getByRole('blockquote')).toHaveText('I cannot tell buoys apart');
  await plain.getByLabel('What is wrong?').selectOption('Somebody is missing');
  await plain.getByRole('button', { name: 'Send objection' }).click();
  await expect(plain.getByLabel('Your objection')).toHaveAttribute('aria-invalid', 'true');
  await plain.getByLabel('Your objection').fill('Did you ask anybody who is colour-blind?');
  await plain.getByLabel('Your name').fill('Per');
  await plain.getByRole('button', { name: 'Send objection' }).click();
  await expect(plain.getByRole('status')).toContainText('Thank you');
  await visitor.goto(address);
  await expect(visitor.getByText('colour-blind')).toHaveCount(0);
  await expectAccessible(visitor);

  await page.goto('/share/critiques');
  const critique = page
    .getByRole('list', { name: 'Critiques' })
    .getByRole('listitem')
    .filter({ hasText: 'Per' });
  await expectAccessible(page);
  await critique.getByRole('button', { name: 'Answer or accept' }).click();
  const answer = dialog(page, 'Answer the critique');
  await answer.getByRole('radio', { name: /Accept/ }).check();
  await answer.getByLabel('Answer', { exact: true }).last().fill('No. The next round does.');
  await expectAccessible(page);
  await submit(answer, 'Save the answer');
  await visitor.reload();
  await expect(visitor.getByRole('article').filter({ hasText: 'colour-blind' })).toContainText(
    'No. The next round does.',
  );
  await expectAccessible(visitor);

  await page.goto('/share/outcomes');
  await page.getByRole('link', { name: 'Buoys have colours now' }).click();
  await page.getByRole('button', { name: 'Tell people' }).click();
  const notice = dialog(page, 'Tell the people behind this');
  await expect(notice.getByRole('region', { name: 'Who will hear' })).toContainText('Olga Berg');
  await expect(notice).toContainText('People find theirs in half the time.');
  await expectAccessible(page);
  await submit(notice, 'Send 1 message');
  const letter = await mail.waitFor('olga@berg.test', /./);
  expect(letter.text).toContain('I cannot tell buoys apart');
  expect(letter.text).toContain(address);
  await visitor.goto(/\S+unsubscribe\S+/.exec(letter.text ?? '')?.[0] ?? '');
  await expectAccessible(visitor);
  await visitor.getByRole('button', { name: 'Stop these mails' }).click();
  await expect(heading(visitor, 'Done')).toBeVisible();
  await expectAccessible(visitor);
  await page.getByRole('button', { name: 'Tell people' }).click();
  await expect(notice.getByRole('region', { name: 'Who will hear' })).not.toContainText('Will hear');
});
