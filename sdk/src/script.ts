// The one file that a page loads: <script src="https://heedful.example.com/heedful.js" data-key="hck_…" defer></script>

import { init } from './index.ts';
import type { Heedful } from './heedful.ts';
import type { Options } from './options.ts';

declare global {
  interface Window {
    heedful?: Heedful | { init: typeof init };
  }
}

const script = document.currentScript as HTMLScriptElement | null;
const { key, host, storage, pageViews, autocapture } = script?.dataset ?? {};

/** Without a key in the tag, the page calls `heedful.init` itself. */
window.heedful = key
  ? init({
      key,
      host: host ?? new URL(script!.src).origin,
      storage: (storage as NonNullable<Options['storage']>) ?? 'none',
      pageViews: pageViews !== 'false',
      autocapture: autocapture !== undefined && autocapture !== 'false',
    })
  : { init };
