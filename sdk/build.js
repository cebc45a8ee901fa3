// Builds the package and the one file that pages load, and holds the file to its size.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** What a page has to load, gzipped. */
const BYTES_MAX = 5_000;

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const options = {
  bundle: true,
  minify: true,
  target: 'es2020',
  define: { VERSION: JSON.stringify(version) },
  logLevel: 'error',
};
await build({ ...options, entryPoints: ['src/index.ts'], format: 'esm', outfile: 'dist/index.js' });
await build({ ...options, entryPoints: ['src/script.ts'], format: 'iife', outfile: 'dist/heedful.js' });
execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' });

const bytes = gzipSync(readFileSync('dist/heedful.js'), { level: 9 }).length;
console.log(`dist/heedful.js: ${bytes} bytes gzipped, of ${BYTES_MAX}`);
if (bytes > BYTES_MAX) process.exit(1);
