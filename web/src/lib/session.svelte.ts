import { browser } from '$app/env';
import { goto } from '$app/navigation';
import { ApiError } from './api/error.ts';
import { call, makeClient, type Schemas } from './api/client.ts';
import { can, whyNot, type Capability } from './capability.ts';

const WORKSPACE_KEY = 'heedful.workspace';

/** This tab's workspace, else the one used last: two tabs can look at two workspaces. */
function rememberedWorkspace(): string | null {
  if (!browser) return null;
  return sessionStorage.getItem(WORKSPACE_KEY) ?? localStorage.getItem(WORKSPACE_KEY);
}

function rememberWorkspace(id: string | null) {
  for (const storage of [sessionStorage, localStorage]) {
    if (id) storage.setItem(WORKSPACE_KEY, id);
    else storage.removeItem(WORKSPACE_KEY);
  }
}

/** Only a path within the app may follow a sign-in; anything else could lead people astray. */
export function safeReturnPath(next: string | null): string {
  return next && /^\/(?![/\\])/.test(next) ? next : '/';
}

/** A fresh idempotency key. crypto.randomUUID would need https, and Heedful also runs on plain networks. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

export const api = makeClient({
  workspaceId: rememberedWorkspace,
  newKey,
  onSignedOut: () => {
    session.current = null;
    const here = location.pathname + location.search;
    void goto(`/sign-in?next=${encodeURIComponent(here)}`);
  },
});

/** Who is signed in, where, and what that allows. */
class Session {
  current = $state.raw<Schemas['SessionOut'] | null>(null);

  role = $derived(this.current?.role ?? undefined);
  timeZone = $derived(this.current?.workspace?.time_zone ?? 'UTC');
  currency = $derived(this.current?.workspace?.currency ?? 'USD');

  /** Asks the server once; null when nobody is signed in. */
  async load(): Promise<Schemas['SessionOut'] | null> {
    if (this.current) return this.current;
    try {
      this.use(await call(api.GET('/api/v1/session')));
    } catch (error) {
      if (!(error instanceof ApiError) || ![401, 403, 404].includes(error.status)) throw error;
      // A remembered workspace may be gone or closed to this person: ask once more without it.
      if (error.status !== 401 && rememberedWorkspace()) {
        rememberWorkspace(null);
        return this.load();
      }
      this.current = null;
    }
    return this.current;
  }

  use(current: Schemas['SessionOut']) {
    this.current = current;
    rememberWorkspace(current.workspace?.id ?? null);
  }

  async signIn(email: string, password: string) {
    this.use(await call(api.POST('/api/v1/session', { body: { email, password } })));
  }

  async signOut() {
    await call(api.DELETE('/api/v1/session'));
    // A full load, so that nothing of the last person stays in memory.
    location.assign('/sign-in');
  }

  switchTo(workspaceId: string) {
    rememberWorkspace(workspaceId);
    location.assign('/');
  }

  can = (capability: Capability) => can(this.role, capability);
  whyNot = (capability: Capability) => whyNot(this.role, capability);
}

export const session = new Session();
