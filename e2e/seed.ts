import type { Api } from './api.ts';

/** What comes back from every write, as far as tests need it. */
export interface Made {
  id: string;
  version: number;
}

/** What the parts of the loop look like before the one that a test is about. */
export class Seed {
  constructor(readonly api: Api) {}

  source = (name: string) => this.api.post<Made>('/sources', { kind: 'inbox', name });

  person = (name: string, email: string) => this.api.post<Made>('/people', { name, email });

  signal = (source: Made, body: string, more: object = {}) =>
    this.api.post<Made>('/signals', { source_id: source.id, body, ...more });

  theme = (name: string) => this.api.post<Made>('/themes', { name });

  async themeOf(name: string, signals: Made[]): Promise<Made> {
    const theme = await this.theme(name);
    await this.api.post(`/themes/${theme.id}/signals`, { ids: signals.map(({ id }) => id) });
    return theme;
  }

  hypothesis = (title: string, more: object = {}) => this.api.post<Made>('/hypotheses', { title, ...more });

  evidence = (hypothesis: Made, signal: Made, strength = 'stated_behaviour') =>
    this.api.post<Made>(`/hypotheses/${hypothesis.id}/evidence`, {
      signal_id: signal.id,
      direction: 'for',
      strength,
    });

  bet = (hypothesis: Made, title: string) =>
    this.api.post<Made>('/bets', {
      hypothesis_id: hypothesis.id,
      title,
      undo_step: 'Turn the flag off',
      forecast: 0.6,
    });

  decision = (question: string, more: object = {}) =>
    this.api.post<Made>('/decisions', { question, ...more });

  /** A bet with its belief. */
  async betOn(belief: string, title: string): Promise<Made> {
    return this.bet(await this.hypothesis(belief), title);
  }

  /** The id of the member who owns the workspace. */
  async owner(): Promise<string> {
    const { items } = await this.api.get<{ items: { id: string; role: string }[] }>('/members');
    return items.find(({ role }) => role === 'owner')?.id ?? '';
  }

  /** A verdict on a bet whose evidence is what somebody said. */
  async decided(signal: Made, belief: string): Promise<Made> {
    const hypothesis = await this.hypothesis(belief);
    await this.evidence(hypothesis, signal);
    const bet = await this.bet(hypothesis, `Try it: ${belief}`);
    const decision = await this.decision(`Is it so? ${belief}`, { bet_id: bet.id });
    const owner_id = await this.owner();
    const verdict = { verdict: 'persevere', conclusive: true, why: 'Fewer people gave up.', owner_id };
    return this.api.post<Made>(`/decisions/${decision.id}/decide`, verdict, decision.version);
  }
}
