import type { HandleClientError } from '@sveltejs/kit/hooks';
import { ApiError } from './lib/api/error.ts';

/** Words for whatever went wrong: the server's own where it gave some, plain ones otherwise. */
export const handleError: HandleClientError = ({ kind, error }) => {
  if (error instanceof ApiError)
    return { status: error.status || 503, message: error.message, code: error.code };
  if (kind === 'framework' && error.status === 404) {
    return { message: 'There is no page at this address.', code: 'not_found' };
  }
  return kind === 'app' ? error : { message: 'Something went wrong on this page.', code: 'unexpected' };
};
