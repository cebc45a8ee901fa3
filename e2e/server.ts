import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const READY_MS_MAX = 60_000;
const STOP_MS_MAX = 10_000;
const POLL_MS = 25;
/** How much of a server's log a failure shows. */
const LOG_CHARACTERS_MAX = 20_000;

const binary = process.env.HEEDFUL_BIN ?? path.resolve(import.meta.dirname, '../target/debug/heedful');

/** A running `heedful` with a data folder of its own. */
export class Server {
  log = '';
  #process: ChildProcess;

  private constructor(
    readonly url: string,
    readonly data: string,
    args: string[],
    env: Record<string, string>,
  ) {
    this.#process = spawn(binary, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.log = (this.log + chunk.toString()).slice(-LOG_CHARACTERS_MAX);
      });
    }
    this.#process.on('error', (error) => (this.log += `${error}\n`));
  }

  /** Starts a command that serves (`serve`, `demo`) and waits until it is ready. */
  static async start(command: string, data: string, env: Record<string, string>): Promise<Server> {
    const address = `127.0.0.1:${await freePort()}`;
    const server = new Server(`http://${address}`, data, [command, '--data', data, '--listen', address], env);
    try {
      await server.#becomesReady();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Ends the server and deletes its data. */
  async stop(): Promise<void> {
    if (this.#isRunning) {
      const exited = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      const late = setTimeout(() => this.#process.kill('SIGKILL'), STOP_MS_MAX);
      await exited;
      clearTimeout(late);
    }
    await rm(this.data, { recursive: true, force: true });
  }

  get #isRunning() {
    return (
      this.#process.pid !== undefined && this.#process.exitCode === null && this.#process.signalCode === null
    );
  }

  async #becomesReady() {
    const giveUpAt = Date.now() + READY_MS_MAX;
    while (Date.now() < giveUpAt) {
      const answer = await fetch(`${this.url}/readyz`).catch(() => undefined);
      if (answer?.ok) return;
      if (!this.#isRunning) throw new Error(`heedful ended before it was ready:\n${this.log}`);
      await sleep(POLL_MS);
    }
    throw new Error(`heedful was not ready after ${READY_MS_MAX / 1000} s:\n${this.log}`);
  }
}

export function newDataFolder(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'heedful-e2e-'));
}

/** Runs a command to its end and gives what it printed. */
export async function heedful(args: string[], env: Record<string, string> = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(binary, args, { env: { ...process.env, ...env } });
  return stdout;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
