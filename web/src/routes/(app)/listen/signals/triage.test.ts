import { expect, it, vi } from 'vitest';
import { Paged } from '#lib/api/paged.svelte.ts';
import { Selection } from '#lib/ui/selection.svelte.ts';
import { toast } from '#lib/ui/toast.svelte.ts';
import { changeSignals, type Signal } from './signals.ts';
import { Triage } from './triage.svelte.ts';

vi.mock('./signals.ts', () => ({ BULK_MAX: 500, changeSignals: vi.fn() }));

const signal = (id: string) => ({ id, tags: [] as string[], archived_at: null }) as unknown as Signal;
const sent = () => vi.mocked(changeSignals).mock.calls.map(([change]) => change);
const shown = () => toast.list.map(({ message }) => message);

function setup() {
  vi.mocked(changeSignals).mockReset();
  for (const { id } of toast.list) toast.dismiss(id);
  const first = { items: ['a', 'b'].map(signal), next: null, total: 2 };
  const list = new Paged<Signal>(
    () => first,
    () => Promise.resolve(first),
  );
  const selection = new Selection(() => list.items.map(({ id }) => id));
  selection.toggle('a');
  const refresh = vi.fn();
  return { list, refresh, triage: new Triage(list, selection, refresh) };
}

it('takes back the act that is still on its way, not the one before it', async () => {
  const { list, triage } = setup();
  const arrive: (() => void)[] = [];
  vi.mocked(changeSignals).mockImplementation(
    ({ ids }) => new Promise((resolve) => arrive.push(() => resolve(ids.map(signal)))),
  );
  const tagged = triage.tag('billing');
  arrive.shift()?.();
  await tagged;

  const archived = triage.archive();
  expect(list.items.map(({ id }) => id)).toEqual(['b']);
  const undone = toast.undoLast();
  arrive.shift()?.();
  await archived;
  await vi.waitFor(() => expect(arrive).toHaveLength(1));
  arrive.shift()?.();
  await undone;

  expect(sent()).toEqual([
    { ids: ['a'], add_tags: ['billing'] },
    { ids: ['a'], archived: true },
    { ids: ['a'], archived: false },
  ]);
  expect(list.items.map(({ id }) => id)).toEqual(['a', 'b']);
});

it('says nothing was done when the server refuses, and puts the rows back', async () => {
  const { list, refresh, triage } = setup();
  vi.mocked(changeSignals).mockRejectedValue(new Error('Somebody changed it first'));
  await triage.archive();
  expect(shown()).toEqual(['Somebody changed it first']);
  expect(list.items.map(({ id }) => id)).toEqual(['a', 'b']);
  expect(refresh).toHaveBeenCalledOnce();
});
