import { call, ifMatch, type Schemas } from '#lib/api/client.ts';
import { messageOf } from '#lib/api/error.ts';
import { api } from '#lib/session.svelte.ts';
import { toast } from '#lib/ui/toast.svelte.ts';
import type { Span } from './coding.ts';

export type Code = Schemas['CodeOut'];
export type Highlight = Schemas['HighlightOut'];
/** What is highlighted: a signal's body, or one passage of an interview. */
export type Target = { signal_id: string } | { interview_id: string; passage_position: number };

const LIST_MAX = 500;

/** The highlights of one text and the codes to choose from. */
export class Coder {
  #target: () => Target;
  highlights = $state.raw<Highlight[]>([]);
  codes = $state.raw<Code[]>([]);
  error = $state<string>();
  loaded = $state(false);

  constructor(target: () => Target) {
    this.#target = target;
  }

  async load() {
    try {
      const target = this.#target();
      const of =
        'signal_id' in target ? { signal_id: target.signal_id } : { interview_id: target.interview_id };
      const [highlights, codes] = await Promise.all([
        call(api.GET('/api/v1/highlights', { params: { query: { ...of, limit: LIST_MAX } } })),
        call(api.GET('/api/v1/codes')),
      ]);
      const position = 'signal_id' in target ? null : target.passage_position;
      this.highlights = highlights.items.filter((one) => (one.passage_position ?? null) === position);
      this.codes = codes.items;
      this.error = undefined;
    } catch (error) {
      this.error = messageOf(error);
    } finally {
      this.loaded = true;
    }
  }

  /** Codes a span; the same span again gets one code more. */
  async code(span: Omit<Span, 'id'>, code: Code) {
    const same = this.highlights.find(
      (one) => one.start_char === span.start_char && one.end_char === span.end_char,
    );
    await this.#try(async () => {
      if (!same) await this.#make({ ...this.#target(), ...span, note: '', code_ids: [code.id] });
      else if (!same.code_ids.includes(code.id)) {
        const params = { path: { id: same.id }, header: ifMatch(same) };
        const body = { code_ids: [...same.code_ids, code.id] };
        this.#put(await call(api.PATCH('/api/v1/highlights/{id}', { params, body })));
      }
      toast.success(`Coded as ${code.name}`);
    });
  }

  async createCode(name: string): Promise<Code | undefined> {
    return this.#try(async () => {
      const code = await call(api.POST('/api/v1/codes', { body: { name } }));
      this.codes = [...this.codes, code];
      return code;
    });
  }

  async remove(highlight: Highlight) {
    await this.#try(async () => {
      await call(api.DELETE('/api/v1/highlights/{id}', { params: { path: { id: highlight.id } } }));
      this.highlights = this.highlights.filter(({ id }) => id !== highlight.id);
      toast.success('Highlight removed', { undo: () => this.#try(() => this.#make(highlight)) });
    });
  }

  async #make(body: Schemas['HighlightIn']) {
    this.highlights = [await call(api.POST('/api/v1/highlights', { body })), ...this.highlights];
  }

  #put(highlight: Highlight) {
    this.highlights = this.highlights.map((one) => (one.id === highlight.id ? highlight : one));
  }

  async #try<T>(act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      toast.error(messageOf(error));
      return undefined;
    }
  }
}
