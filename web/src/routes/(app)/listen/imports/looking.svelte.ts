import { goto } from '$app/navigation';
import { ApiError, messageOf, type FieldErrors } from '#lib/api/error.ts';
import { session } from '#lib/session.svelte.ts';
import type { Reading } from './imports.ts';

/** A file as it would be understood. */
interface Preview {
  import: { id: string; version: number; file_encoding: string; delimiter: string };
  rows: { refusal?: unknown }[];
}

/** How a kind of import is changed, started and thrown away. */
interface Ways<P extends Preview, M> {
  save: (row: P['import'], mapping: M, reading: Reading) => Promise<P>;
  start: (row: P['import']) => Promise<unknown>;
  cancel: (id: string) => Promise<unknown>;
  /** Shows the page anew once the import runs. */
  refresh: () => Promise<void>;
  /** Where a file that was thrown away leads. */
  away: string;
}

const LOOK_WAIT_MS = 300;

/** Looking at a file before it is imported: every change of the mapping is saved, and shows the rows anew. */
export class Looking<P extends Preview, M> {
  readonly #ways: Ways<P, M>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looking: Promise<void> = Promise.resolve();

  preview: P;
  mapping: M;
  reading: Reading;
  errors = $state.raw<FieldErrors>({});
  message = $state<string>();
  busy = $state(false);

  readonly blocked = $derived(session.whyNot('import.edit'));
  readonly incomplete = $derived(
    Object.keys(this.errors).length ? 'The mapping is not complete yet.' : undefined,
  );

  /** Of the first rows, those that would not be kept. */
  get nRefused() {
    return this.preview.rows.filter((row) => row.refusal).length;
  }

  constructor(first: P, mapping: M, ways: Ways<P, M>) {
    this.#ways = ways;
    this.preview = $state.raw(first);
    this.mapping = $state(mapping);
    this.reading = $state({
      file_encoding: first.import.file_encoding,
      delimiter: first.import.delimiter,
    });
  }

  /** Saves soon; one after the other, because each save answers with a new version. */
  look = () => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.#looking = this.#looking.then(() => this.#save())), LOOK_WAIT_MS);
  };

  start = async () => {
    this.busy = true;
    clearTimeout(this.#timer);
    try {
      await this.#looking;
      await this.#save();
      if (this.message) return;
      await this.#ways.start(this.preview.import);
      await this.#ways.refresh();
    } catch (error) {
      this.message = messageOf(error);
    } finally {
      this.busy = false;
    }
  };

  throwAway = async () => {
    try {
      await this.#ways.cancel(this.preview.import.id);
      await goto(this.#ways.away);
    } catch (error) {
      this.message = messageOf(error);
    }
  };

  async #save() {
    try {
      const mapping = $state.snapshot(this.mapping) as M;
      this.preview = await this.#ways.save(this.preview.import, mapping, $state.snapshot(this.reading));
      [this.errors, this.message] = [{}, undefined];
    } catch (error) {
      this.message = messageOf(error);
      if (error instanceof ApiError) this.errors = error.fields;
    }
  }
}
