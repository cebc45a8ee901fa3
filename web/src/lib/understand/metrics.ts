import { call, type Schemas } from '#lib/api/client.ts';
import { formatInterval, formatNumber, plural } from '#lib/format/number.ts';
import { api } from '#lib/session.svelte.ts';
import { deedsOf, type Definition } from './questions.ts';

export type Metric = Schemas['MetricOut'];

export const METRIC_KINDS = [
  { value: 'nps', label: 'Net Promoter Score' },
  { value: 'pmf', label: 'Product-market fit (very disappointed, %)' },
  { value: 'csat', label: 'Satisfaction (4 and 5 of 5, %)' },
  { value: 'count', label: 'Signals of a theme' },
  { value: 'question', label: 'What people do' },
  { value: 'manual', label: 'Typed readings' },
] as const;

export const DIRECTIONS = [
  { value: 'up', label: 'Higher is better' },
  { value: 'down', label: 'Lower is better' },
] as const;

/** A value with its interval, or the reason why there is none. */
/** Per cent stands next to its number, as everywhere; other units are words. */
export const withUnit = (value: string, unit = '') => `${value}${unit && unit !== '%' ? ' ' : ''}${unit}`;

export function valueWords(point: Schemas['MetricPoint'] | null | undefined, unit = ''): string {
  if (point?.value == null) return point?.reason ?? 'No value yet';
  const value = withUnit(formatNumber(point.value), unit);
  const { low, high } = point;
  return low == null || high == null ? value : `${value} (${formatInterval(low, high)})`;
}

export type Template = Schemas['MetricTemplate'];
type TemplateKind = Template['kind'];

/** What most teams measure: which events it takes, and what they are called in the form. */
export const TEMPLATES: { value: TemplateKind; label: string; hint: string; events: TemplateEvent[] }[] = [
  {
    value: 'activation',
    label: 'Activation',
    hint: 'Of those who begin for the first time, who comes to what the product is for, within a week.',
    events: [
      { name: 'begin', label: 'Begins with', required: true },
      { name: 'done', label: 'Is done with', required: true },
    ],
  },
  {
    value: 'onboarding_drop_off',
    label: 'Onboarding drop-off',
    hint: 'Of those who begin for the first time, who does not come through all steps, within a week.',
    events: [
      { name: 'step1', label: 'First step', required: true },
      { name: 'step2', label: 'Second step', required: true },
      { name: 'step3', label: 'Third step' },
      { name: 'step4', label: 'Fourth step' },
    ],
  },
  {
    value: 'adoption',
    label: 'Adoption of a feature',
    hint: 'Of those who are there, who uses it.',
    events: [
      { name: 'feature', label: 'Using it is', required: true },
      { name: 'active', label: 'Being there is' },
    ],
  },
  {
    value: 'retention',
    label: 'Retention',
    hint: 'Of those who began four weeks before, who comes back in a week.',
    events: [
      { name: 'begin', label: 'Begins with', required: true },
      { name: 'return', label: 'Coming back is' },
    ],
  },
  {
    value: 'expansion',
    label: 'Expansion',
    hint: 'Of those who are there, who takes more: a larger plan, another seat.',
    events: [
      { name: 'more', label: 'Taking more is', required: true },
      { name: 'active', label: 'Being there is' },
    ],
  },
];

interface TemplateEvent {
  name: string;
  label: string;
  required?: boolean;
}

/** The template with the events that were picked; those that were not are left out. */
export function fillTemplate(kind: TemplateKind, picked: Record<string, string | undefined>): Template {
  const given = (name: string) => picked[name] || undefined;
  const needed = (name: string) => picked[name] ?? '';
  switch (kind) {
    case 'activation':
      return { kind, begin: needed('begin'), done: needed('done') };
    case 'onboarding_drop_off': {
      const steps = ['step1', 'step2', 'step3', 'step4'].map(given);
      return { kind, steps: steps.filter((step) => step !== undefined) };
    }
    case 'adoption':
      return { kind, feature: needed('feature'), active: given('active') };
    case 'retention':
      return { kind, begin: needed('begin'), return: given('return') };
    case 'expansion':
      return { kind, more: needed('more'), active: given('active') };
  }
}

/** What a metric of the kind question is made of, in a line: Funnel: signed up → made a project, within 7 days. */
export function questionWords(definition: Schemas['MetricDefinition']): string {
  const question = definition.question;
  if (!question) return '';
  const names = deedsOf(question).map(({ event }) => event ?? 'anything');
  const part = definition.part;
  switch (question.kind) {
    case 'trend':
      return `Trend of ${question.formula ? `${question.formula} (${names.join(', ')})` : names[part?.series ?? 0]}`;
    case 'funnel': {
      const last = part?.step ?? names.length - 1;
      const way = names.slice(0, last + 1).join(' → ');
      const days = formatNumber((question.window_s ?? 14 * 86_400) / 86_400);
      return `${part?.dropped ? 'Who does not come through' : 'Who comes through'} ${way}, within ${days} days`;
    }
    case 'retention':
      return `Who comes back ${plural(part?.after ?? 1, question.interval ?? 'day')} after ${names[0]}`;
    case 'adoption':
      return `Who uses ${names[0]}, of those who are there`;
    case 'lifecycle':
      return `People who are ${part?.stage ?? 'new'} in a ${question.interval ?? 'day'}`;
    case 'stickiness':
      return `In how many ${question.interval ?? 'day'}s people are there`;
    case 'paths':
      return '';
  }
}

/** Kinds of questions whose answer has a number that a metric can be. */
export const canBeMetric = (question: Definition) => question.kind !== 'paths';

export function getMetric(id: string) {
  return call(api.GET('/api/v1/metrics/{id}', { params: { path: { id } } }));
}

export function listDefinitions(id: string) {
  const params = { path: { id }, query: { limit: 50 } };
  return call(api.GET('/api/v1/metrics/{id}/definitions', { params }));
}
