// A server of its own that pages of another origin and programs send events to, and those pages.

import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { build } from 'esbuild';
import { Api } from './api.ts';
import { expect, test as base } from './fixtures.ts';
import { Server, heedful, newDataFolder } from './server.ts';

export const KEY = 'key_of_the_tool_before';
/** What runs in the pages and programs. */
export const folder = path.resolve(import.meta.dirname, 'clients');

export interface Kept {
  event: string;
  distinct_id: string;
  timestamp: string;
  properties: Record<string, unknown>;
}

export class Target {
  constructor(
    readonly url: string,
    readonly api: Api,
  ) {}

  async events(): Promise<Kept[]> {
    return (await this.api.get<{ items: Kept[] }>('/events?limit=500')).items;
  }

  /** The one event of this name, as soon as it is there. */
  async one(name: string): Promise<Kept> {
    const named = async () => (await this.events()).filter((event) => event.event === name);
    await expect.poll(async () => (await named()).length, { message: name }).toBe(1);
    return (await named())[0]!;
  }

  async expectNothingRefused() {
    expect((await this.api.get<{ items: unknown[] }>('/events/rejected')).items).toEqual([]);
  }
}

/** A server of its own that knows the key, by the clock of the world: SDKs have no other. */
export const test = base.extend<{ target: Target; pages: Pages }>({
  target: async ({}, use) => {
    const data = await newDataFolder();
    const who = ['--email', 'a@example.com', '--password', 'correct horse battery', '--workspace', 'W'];
    const printed = await heedful(['setup', '--data', data, ...who, '--json']);
    const server = await Server.start('serve', data, {});
    const api = new Api(server.url, (JSON.parse(printed) as { api_token: string }).api_token);
    await api.post('/capture-keys', { name: 'The apps we have', key: KEY });
    await use(new Target(server.url, api));
    await server.stop();
  },
  pages: async ({}, use) => {
    const pages = new Pages();
    await pages.start();
    await use(pages);
    pages.stop();
  },
});

/** Pages on an origin of their own, as those of a customer are. */
export class Pages {
  readonly #scripts = new Map<string, string>();
  readonly #bodies = new Map<string, string>();
  readonly #server: HttpServer = createServer((request, response) => {
    const name = new URL(request.url ?? '/', 'http://x').pathname.slice(1);
    const script = this.#scripts.get(name);
    response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript');
    const body = this.#bodies.get(name) ?? `<button id="buy">Buy</button><script src="/${name}.js"></script>`;
    response.end(script ?? `<!doctype html><title>t</title>${body}`);
  });

  start() {
    return new Promise<void>((started) => this.#server.listen(0, '127.0.0.1', started));
  }

  stop() {
    this.#server.close();
  }

  add(name: string, script: string) {
    this.#scripts.set(`${name}.js`, script);
  }

  addPage(name: string, body: string) {
    this.#bodies.set(name, body);
  }

  async bundle(name: string) {
    const { outputFiles } = await build({
      entryPoints: [path.join(folder, `${name}_page.js`)],
      bundle: true,
      write: false,
      logLevel: 'error',
    });
    this.add(name, outputFiles[0]!.text);
  }

  address(name: string, host: string, batch = false) {
    const { port } = this.#server.address() as AddressInfo;
    const query = new URLSearchParams({ host, key: KEY, ...(batch ? { batch: '1' } : {}) });
    return `http://127.0.0.1:${port}/${name}?${query}`;
  }
}
