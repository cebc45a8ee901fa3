/** The team API, for preparing what a test looks at. */
export class Api {
  constructor(
    readonly url: string,
    readonly token: string,
  ) {}

  get = <T>(path: string) => this.#call<T>('GET', path);
  post = <T>(path: string, body: unknown = {}, version?: number) =>
    this.#call<T>('POST', path, body, version);
  put = <T>(path: string, body: unknown) => this.#call<T>('PUT', path, body);
  patch = <T>(path: string, body: unknown, version?: number) => this.#call<T>('PATCH', path, body, version);
  delete = <T>(path: string) => this.#call<T>('DELETE', path);

  async #call<T>(method: string, path: string, body?: unknown, version?: number): Promise<T> {
    const headers = new Headers({ authorization: `Bearer ${this.token}` });
    if (body !== undefined) headers.set('content-type', 'application/json');
    if (version !== undefined) headers.set('if-match', `"${version}"`);
    const sent = body === undefined ? null : JSON.stringify(body);
    const answer = await fetch(`${this.url}/api/v1${path}`, { method, headers, body: sent });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }
}
