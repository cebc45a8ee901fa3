import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

export default ts.config(
  { ignores: ['build/', '.svelte-kit/', 'src/lib/api/schema.d.ts'] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, ...globals.node } } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
  {
    rules: {
      'no-console': 'error',
      'no-undef': 'off',
      // User text is never HTML.
      'svelte/no-at-html-tags': 'error',
      // The app is always served at the root, so links need no base path.
      'svelte/no-navigation-without-resolve': 'off',
      // Most sets and maps here are values inside a function; reactive ones are Svelte's and say so.
      'svelte/prefer-svelte-reactivity': 'off',
      // One typed client is the only way out (src/lib/api/client.ts).
      'no-restricted-globals': ['error', { name: 'fetch', message: 'Use the client in #lib/api/client.ts.' }],
    },
  },
  { files: ['src/lib/api/client.ts'], rules: { 'no-restricted-globals': 'off' } },
);
