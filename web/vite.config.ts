import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [
    sveltekit({
      adapter: adapter({ pages: 'build', assets: 'build', fallback: 'index.html' }),
      compilerOptions: { runes: true },
      paths: { relative: false },
      // The server embeds the build; the inline start script is allowed by its hash alone.
      csp: { mode: 'hash', directives: { 'script-src': ['self'] } },
    }),
  ],
  // A font or icon as a data: address would be refused by the server's content policy.
  build: { assetsInlineLimit: 0 },
  server: { proxy: { '/api': 'http://127.0.0.1:7878' } },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
