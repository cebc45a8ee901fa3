import { expect, it } from 'vitest';
import { ruleWords } from './words.ts';

const about = [{ kind: 'theme', id: 't', title: 'Slow export', state: '', at: '', archived: false }];

it('says a rule as people would', () => {
  const count = {
    kind: 'signal_count',
    op: 'ge',
    threshold: 10,
    count_of: 'accounts',
    window_days: 30,
    about,
  };
  expect(ruleWords(count)).toBe('At least 10 accounts about Slow export within 30 days');
  const metric = { ...count, kind: 'metric_threshold', op: 'lt', window_days: null };
  expect(ruleWords(metric)).toBe('Slow export less than 10');
});
