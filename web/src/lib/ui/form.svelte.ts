import { summaryOf } from './complaint.ts';
import { ApiError, messageOf, type FieldErrors } from '../api/error.ts';

export type Values = Record<string, unknown>;

export interface Difference {
  field: string;
  yours: unknown;
  theirs: unknown;
}

const same = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** The fields on which two people disagree: those you changed and that now hold something else. */
export function differences(base: Values, yours: Values, theirs: Values): Difference[] {
  return Object.keys(yours)
    .filter((field) => !same(yours[field], base[field]) && !same(yours[field], theirs[field]))
    .map((field) => ({ field, yours: yours[field], theirs: theirs[field] }));
}

/** Their newer version, with the fields you changed where they did not, and your choice where both did. */
export function merge<V extends Values>(base: V, yours: V, theirs: Values, keepMine: ReadonlySet<string>): V {
  const conflicts = new Set(differences(base, yours, theirs).map(({ field }) => field));
  const entries = Object.keys(yours).map((field) => {
    const mine = conflicts.has(field) ? keepMine.has(field) : !same(yours[field], base[field]);
    return [field, mine ? yours[field] : field in theirs ? theirs[field] : yours[field]];
  });
  return Object.fromEntries(entries) as V;
}

/**
 * A form being filled in: its values, the server's complaints by field, and, when somebody else saved first,
 * both versions. `save` gets the version it may overwrite.
 */
export class Form<V extends Values> {
  #save: (values: V, version: number) => Promise<void>;
  #toValues: (entity: Values) => Values;
  #base: V = $state.raw() as V;
  values: V = $state() as V;
  version = 0;
  errors = $state.raw<FieldErrors>({});
  message = $state<string>();
  busy = $state(false);
  conflict = $state.raw<{ theirs: Values; version: number } | null>(null);

  constructor(
    values: V,
    save: (values: V, version: number) => Promise<void>,
    options: { version?: number; toValues?: (entity: Values) => Values } = {},
  ) {
    this.#save = save;
    this.#toValues = options.toValues ?? ((entity) => entity);
    this.#base = structuredClone(values);
    this.values = values;
    this.version = options.version ?? 0;
  }

  /** What stands above the form after a refusal. */
  get summary() {
    return this.conflict ? undefined : summaryOf(this.errors, this.message);
  }

  /** Whether something was typed that is not saved. */
  get changed() {
    return !same($state.snapshot(this.values), this.#base);
  }

  get differences() {
    return this.conflict ? differences(this.#base, this.values, this.conflict.theirs) : [];
  }

  /** True when it was saved. */
  async submit(): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.errors = {};
    this.message = undefined;
    try {
      const values = $state.snapshot(this.values) as V;
      await this.#save(values, this.version);
      this.#base = values;
      return true;
    } catch (error) {
      this.#refused(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** Goes on from their version, keeping the fields named. */
  resolve(keepMine: ReadonlySet<string>) {
    if (!this.conflict) return;
    const { theirs, version } = this.conflict;
    const mine = $state.snapshot(this.values) as V;
    this.values = merge(this.#base, mine, theirs, keepMine);
    this.#base = merge(this.#base, this.#base, theirs, new Set());
    this.version = version;
    this.conflict = null;
  }

  #refused(error: unknown) {
    this.message = messageOf(error);
    if (!(error instanceof ApiError)) return;
    this.errors = error.fields;
    if (!error.isConflict) return;
    const current = error.current as Values & { version: number };
    this.conflict = { theirs: this.#toValues(current), version: current.version };
  }
}
