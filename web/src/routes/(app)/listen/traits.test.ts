import { expect, test } from 'vitest';
import { textToTraits, traitsToText } from './traits.ts';

test('traits survive being edited as text', () => {
  const traits = { role: 'buyer', seats: 3, trial: false, regions: ['EU', 'US'], code: '007', note: 'a: b' };
  expect(textToTraits(traitsToText(traits), traits)).toEqual(traits);
});

test('empty lines and missing values do no harm', () => {
  expect(textToTraits('\n plan : pro \nlone\n: x')).toEqual({ plan: 'pro', lone: '' });
});
