/** A message per field name, as the server sends it with 422. */
export type FieldErrors = Record<string, string[]>;

/** Every failed request ends here, with words that can be shown to a person. */
export class ApiError extends Error {
  override name = 'ApiError';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: FieldErrors = {},
    /** The newer version of the object, when a write was refused because somebody else wrote first. */
    readonly current?: unknown,
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
  }

  get isConflict() {
    return this.status === 409 && this.current !== undefined;
  }
}

const FALLBACK: Record<number, [code: string, message: string]> = {
  400: ['malformed', 'The server could not read this request.'],
  401: ['unauthorized', 'Please sign in again.'],
  403: ['forbidden', 'Your role does not allow this.'],
  404: ['not_found', 'This does not exist, or it is in another workspace.'],
  409: ['conflict', 'Somebody else changed this in the meantime.'],
  413: ['too_large', 'This is larger than the server accepts.'],
  422: ['invalid', 'Some fields need another look.'],
  429: ['too_many', 'Too many requests. Please wait a moment.'],
  503: ['unavailable', 'The server cannot reach its data right now. Please try again.'],
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function readFields(value: unknown): FieldErrors {
  if (!isRecord(value)) return {};
  const entries = Object.entries(value).map(([name, messages]) => [
    name,
    (Array.isArray(messages) ? messages : [messages]).map(String),
  ]);
  return Object.fromEntries(entries) as FieldErrors;
}

/** Turns an answer that is not 2xx into an ApiError; survives a body that is not ours (a proxy's, say). */
export function errorFrom(status: number, body: unknown, retryAfter: string | null = null): ApiError {
  const error = isRecord(body) && isRecord(body.error) ? body.error : {};
  const [code, message] = FALLBACK[status] ?? ['failed', `The server answered ${status}. Please try again.`];
  const seconds = Number(retryAfter);
  return new ApiError(
    status,
    typeof error.code === 'string' ? error.code : code,
    typeof error.message === 'string' && error.message ? error.message : message,
    readFields(error.fields),
    error.current,
    retryAfter && Number.isFinite(seconds) ? seconds : undefined,
  );
}

/** A complaint found before anything was sent, in the shape of the server's own. */
export const invalid = (fields: FieldErrors) => errorFrom(422, { error: { fields } });

/** The error for a request that got no answer at all. */
export const unreachable = () =>
  new ApiError(0, 'unreachable', 'The server cannot be reached. Check the connection and try again.');

export function messageOf(error: unknown): string {
  return error instanceof Error && error.message ? error.message : 'Something went wrong.';
}
