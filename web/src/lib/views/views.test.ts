import { expect, test } from 'vitest';
import { viewQuery } from './views.ts';

test('the same filters are the same view, whatever is open', () => {
  const one = viewQuery(new URLSearchParams('tag=a&source_id=s&open=1'));
  expect(one).toBe('source_id=s&tag=a');
  expect(viewQuery(new URLSearchParams('source_id=s&tag=a&new=1'))).toBe(one);
  expect(viewQuery(new URLSearchParams('open=1'))).toBe('');
});
