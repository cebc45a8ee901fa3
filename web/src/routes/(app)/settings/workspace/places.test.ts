import { expect, test } from 'vitest';
import { currencies, timeZones } from './places.ts';

test('what is set can always be chosen', () => {
  expect(timeZones('Mars/Olympus_Mons')).toContainEqual({
    value: 'Mars/Olympus_Mons',
    label: 'Mars/Olympus Mons',
  });
  expect(timeZones('UTC').filter(({ value }) => value === 'UTC')).toHaveLength(1);
  expect(currencies('EUR')).toContainEqual({ value: 'EUR', label: 'EUR · Euro' });
});
