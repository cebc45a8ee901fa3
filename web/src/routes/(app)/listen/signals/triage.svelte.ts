import { messageOf } from '#lib/api/error.ts';
import type { Schemas } from '#lib/api/client.ts';
import type { Paged } from '#lib/api/paged.svelte.ts';
import { plural } from '#lib/format/number.ts';
import type { Selection } from '#lib/ui/selection.svelte.ts';
import { toast } from '#lib/ui/toast.svelte.ts';
import { BULK_MAX, changeSignals, type Signal } from './signals.ts';

type Change = Omit<Schemas['SignalsChange'], 'ids'>;

/** What can be done to the ticked signals, or the one under the cursor; each act can be undone. */
export class Triage {
  #list: Paged<Signal>;
  #selection: Selection;
  #refresh: () => void;

  constructor(list: Paged<Signal>, selection: Selection, refresh: () => void) {
    this.#list = list;
    this.#selection = selection;
    this.#refresh = refresh;
  }

  get targets(): Signal[] {
    const ids = new Set(this.#selection.targets);
    return this.#list.items.filter((signal) => ids.has(signal.id)).slice(0, BULK_MAX);
  }

  async archive() {
    const before = this.targets;
    if (!before.length) return;
    const archived = !before.every((signal) => signal.archived_at);
    const ids = before.map(({ id }) => id);
    // The rows leave at once; a refusal puts them back.
    this.#selection.leave(ids);
    const putBack = this.#list.remove(new Set(ids));
    this.#selection.clear();
    if (!(await this.#send(ids, { archived }, putBack))) return;
    toast.success(`${plural(ids.length, 'signal')} ${archived ? 'archived' : 'put back'}`, {
      undo: () => this.#undo([[ids, { archived: !archived }]], putBack),
    });
  }

  assign(member: { id: string; name: string } | null) {
    const words = member ? `assigned to ${member.name}` : 'assigned to nobody';
    return this.#change({ patch: { assignee_id: member?.id ?? null } }, words, (targets) =>
      [...Map.groupBy(targets, (signal) => signal.assignee_id ?? null)].map(([assignee_id, some]) => [
        some.map(({ id }) => id),
        { patch: { assignee_id } },
      ]),
    );
  }

  tag(tag: string) {
    return this.#change({ add_tags: [tag] }, `tagged “${tag}”`, (targets) => {
      const without = targets.filter((signal) => !signal.tags.includes(tag)).map(({ id }) => id);
      return without.length ? [[without, { remove_tags: [tag] }]] : [];
    });
  }

  async #change(change: Change, words: string, reverse: (before: Signal[]) => [ids: string[], Change][]) {
    const before = this.targets;
    if (!before.length) return;
    const ids = before.map(({ id }) => id);
    if (!(await this.#send(ids, change))) return;
    toast.success(`${plural(ids.length, 'signal')} ${words}`, { undo: () => this.#undo(reverse(before)) });
  }

  async #undo(changes: [ids: string[], Change][], putBack?: () => void) {
    for (const [ids, change] of changes) if (!(await this.#send(ids, change))) return;
    putBack?.();
    toast.info('Undone');
  }

  async #send(ids: string[], change: Change, onrefused?: () => void): Promise<boolean> {
    try {
      for (const signal of await changeSignals({ ids, ...change })) this.#list.replace(signal);
      return true;
    } catch (error) {
      onrefused?.();
      toast.error(messageOf(error));
      // Somebody else may have been quicker: show what is true.
      this.#refresh();
      return false;
    }
  }
}
