import { messageOf } from '#lib/api/error.ts';
import type { Schemas } from '#lib/api/client.ts';
import type { Paged } from '#lib/api/paged.svelte.ts';
import { plural } from '#lib/format/number.ts';
import type { Selection } from '#lib/ui/selection.svelte.ts';
import { toast } from '#lib/ui/toast.svelte.ts';
import { BULK_MAX, changeSignals, type Signal } from './signals.ts';

type Change = Omit<Schemas['SignalsChange'], 'ids'>;
type Step = [ids: string[], change: Change];

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
    const reverse: Step[] = [[ids, { archived: !archived }]];
    await this.#act(ids, { archived }, archived ? 'archived' : 'put back', reverse, putBack);
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

  async #change(change: Change, words: string, reverse: (before: Signal[]) => Step[]) {
    const before = this.targets;
    if (!before.length) return;
    const ids = before.map(({ id }) => id);
    await this.#act(ids, change, words, reverse(before));
  }

  /** Says what is done while it is on its way: an undo that comes quicker takes back this act, not the one before. */
  async #act(ids: string[], change: Change, words: string, reverse: Step[], putBack?: () => void) {
    const sent = this.#send(ids, change, putBack);
    const said = toast.success(`${plural(ids.length, 'signal')} ${words}`, {
      undo: async () => {
        if (await sent) await this.#undo(reverse, putBack);
      },
    });
    if (!(await sent)) toast.dismiss(said);
  }

  async #undo(changes: Step[], putBack?: () => void) {
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
