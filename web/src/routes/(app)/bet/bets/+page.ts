import { getBoard, listBets } from '../bet.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ url, parent, depends }) => {
  await parent();
  depends('heedful:bets');
  const ranked = url.searchParams.get('view') === 'ranked';
  return { board: ranked ? null : await getBoard(), ranked: ranked ? await listBets({}) : null };
};
