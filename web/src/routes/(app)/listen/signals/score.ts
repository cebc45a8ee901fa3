type Tone = 'positive' | 'neutral' | 'negative';

interface ScoreWords {
  label: string;
  title: string;
  tone: Tone;
}

const PMF = ['Not disappointed', 'Somewhat disappointed', 'Very disappointed'];

/** A score in the words of its own scale; a bare number says nothing. */
export function scoreWords(
  score: number | null | undefined,
  kind: string | null | undefined,
): ScoreWords | null {
  if (score === null || score === undefined) return null;
  if (kind === 'nps') {
    const [group, tone]: [string, Tone] =
      score >= 9 ? ['promoter', 'positive'] : score >= 7 ? ['passive', 'neutral'] : ['detractor', 'negative'];
    return { label: `NPS ${score}`, title: `${score} of 10: a ${group}`, tone };
  }
  if (kind === 'pmf') {
    const words = PMF[score] ?? String(score);
    return {
      label: words,
      title: 'How they would feel without the product',
      tone: score === 2 ? 'positive' : score === 1 ? 'neutral' : 'negative',
    };
  }
  return {
    label: `${score}/5`,
    title: `${kind === 'csat' ? 'Satisfaction' : 'Rating'} ${score} of 5`,
    tone: score >= 4 ? 'positive' : score >= 3 ? 'neutral' : 'negative',
  };
}
