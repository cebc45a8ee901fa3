interface Empty {
  /** What is missing on each side, as far as something can be. */
  causes?: string;
  consequences?: string;
  /** Where the next step is done. */
  step?: { label: string; href: (id: string) => string };
}

const NOTHING = 'Nothing has come of it yet.';

/** What an end of the chain says when there is nothing, and what to do about it. */
const EMPTY: Record<string, Empty> = {
  person: {
    causes: 'This is where the chain begins.',
    consequences: `${NOTHING} What this person says will stand here.`,
    step: { label: 'Add a signal', href: () => '/listen/signals?new=1' },
  },
  account: {
    causes: 'This is where the chain begins.',
    consequences: `${NOTHING} What its people say will stand here.`,
    step: { label: 'Add a signal', href: () => '/listen/signals?new=1' },
  },
  survey: {
    causes: 'This is where the chain begins.',
    consequences: 'Nobody has answered yet. Ask people, and what they say becomes signals.',
    step: { label: 'Ask people', href: (id) => `/listen/surveys/${id}?tab=share` },
  },
  interview: {
    causes: 'Nobody is named as the one you talked to.',
    consequences: `${NOTHING} Select words of the transcript and give them a code.`,
  },
  signal: {
    causes: 'Nobody is named as the one who said it.',
    consequences: `${NOTHING} Put it in a theme, or write down what it taught you.`,
    step: { label: 'Write an insight', href: (id) => `/understand/insights?new=1&signal=${id}` },
  },
  insight: {
    causes: 'Nothing shows it yet. Link the words it rests on.',
    consequences: `${NOTHING} It can be evidence for or against a hypothesis.`,
    step: { label: 'Write a hypothesis', href: () => '/bet/hypotheses?new=1' },
  },
  theme: {
    causes: 'No signal is in it yet.',
    consequences: `${NOTHING} Say what you believe would help.`,
    step: { label: 'Write a hypothesis', href: () => '/bet/hypotheses?new=1' },
  },
  metric: {
    causes: 'A metric is measured, not caused.',
    consequences: `${NOTHING} Measure an objective, a hypothesis or a rule by it.`,
    step: { label: 'Write a hypothesis', href: () => '/bet/hypotheses?new=1' },
  },
  objective: {
    causes: 'No metric says whether it is reached.',
    consequences: `${NOTHING} Add a need of customers that stands in its way.`,
    step: { label: 'Open the tree', href: () => '/bet/objectives' },
  },
  opportunity: {
    consequences: `${NOTHING} Say what you believe would help.`,
    step: { label: 'Open the tree', href: () => '/bet/objectives' },
  },
  hypothesis: {
    causes: 'No evidence yet: it is only believed.',
    consequences: `${NOTHING} Find the smallest change that could prove it wrong.`,
    step: { label: 'Bet on it', href: (id) => `/bet/bets?new=1&hypothesis=${id}` },
  },
  bet: {
    consequences: `${NOTHING} Plan how you will know.`,
    step: { label: 'Plan a test', href: (id) => `/experiment/experiments?new=1&bet=${id}` },
  },
  experiment: {
    consequences: `${NOTHING} A test is worth its decision.`,
    step: { label: 'Ask for a decision', href: (id) => `/decide/decisions?new=1&experiment=${id}` },
  },
  decision: {
    causes: 'Nothing is linked that it rests on.',
    consequences: `${NOTHING} Say what is done about it, and tell what was learned.`,
    step: { label: 'Draft an outcome', href: (id) => `/share/outcomes?new=1&decision=${id}` },
  },
  action: {
    causes: 'It follows from nothing that is written down.',
    consequences: 'An action is where this part of the chain ends. The next signal tells whether it helped.',
  },
  review: {
    causes: 'A review begins with its agenda.',
    consequences: `${NOTHING} Actions agreed in it will stand here.`,
  },
  outcome: {
    consequences: `${NOTHING} Tell those who said it: they will stand here, and so will objections.`,
  },
  critique: { consequences: 'A critique is where the chain ends, until it reopens the decision.' },
};

export function emptyWords(kind: string, side: 'causes' | 'consequences'): string {
  return EMPTY[kind]?.[side] ?? (side === 'causes' ? 'Nothing led to it.' : NOTHING);
}

export const nextStep = (kind: string) => EMPTY[kind]?.step;
