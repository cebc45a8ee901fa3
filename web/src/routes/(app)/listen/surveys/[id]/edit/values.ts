import type { FollowUp, Survey } from '../../surveys.ts';

/** What the builder edits. */
export interface BuilderValues extends Record<string, unknown> {
  name: string;
  asker: string;
  intro: string;
  question: string;
  follow_ups: FollowUp[];
  consent_text: string;
  thanks: string;
  keep_months: number;
}

export const LABELS: Partial<Record<keyof BuilderValues, string>> = {
  name: 'Name',
  asker: 'Who asks',
  intro: 'Why you ask',
  question: 'Question',
  follow_ups: 'Further questions',
  consent_text: 'What people agree to',
  thanks: 'Thank-you',
  keep_months: 'Keep answers for',
};

export function valuesOf(survey: Survey): BuilderValues {
  const { name, asker, intro, question, follow_ups, consent_text, thanks, keep_months } = survey;
  return { name, asker, intro, question, follow_ups, consent_text, thanks, keep_months };
}
