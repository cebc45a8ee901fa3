// How much JavaScript, compressed, a browser fetches before the home page runs; fails above the limit.
import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const LIMIT_BYTES = 100_000;
const KIT = new URL('../.svelte-kit/', import.meta.url);
const BUILD = new URL('../build/', import.meta.url);
const NODES = 'generated/build/client-optimized/nodes/';
/** What the router loads for `/`: the layouts from outside in, the page, and the pages for errors. */
const ROUTE = [
  'routes/+layout',
  'routes/+error',
  'routes/(app)/+layout',
  'routes/(app)/+error',
  'routes/(app)/+page.svelte',
];

/** @type {Record<string, { file: string, imports?: string[], isEntry?: boolean, src?: string }>} */
const manifest = JSON.parse(readFileSync(new URL('output/client/.vite/manifest.json', KIT), 'utf8'));

const nodes = readdirSync(new URL(NODES, KIT)).filter((file) => {
  const source = readFileSync(new URL(NODES + file, KIT), 'utf8');
  return ROUTE.some((path) => source.includes(`/${path}`));
});
if (nodes.length < ROUTE.length) throw new Error(`Of ${ROUTE.join(', ')} only ${nodes.length} were found.`);

// The page itself names the two entries; what they and the route's nodes import comes with them.
const html = readFileSync(new URL('index.html', BUILD), 'utf8');
const named = Object.keys(manifest).filter((key) => {
  const file = manifest[key]?.file ?? '';
  return file.endsWith('.js') && html.includes(`/${file}`);
});

/** @type {Set<string>} */
const files = new Set(['theme.js']);
/** @param {string} key */
function take(key) {
  const chunk = manifest[key];
  if (!chunk || files.has(chunk.file)) return;
  files.add(chunk.file);
  chunk.imports?.forEach(take);
}
named.forEach(take);
nodes.forEach((file) => take(`.svelte-kit/${NODES}${file}`));

const sizes = [...files]
  .filter((file) => file.endsWith('.js'))
  .map((file) => gzipSync(readFileSync(new URL(file, BUILD)), { level: 9 }).length);
const total = sizes.reduce((sum, size) => sum + size, 0);
process.stdout.write(`first page: ${total} bytes of compressed JavaScript in ${sizes.length} files\n`);
if (total > LIMIT_BYTES) throw new Error(`The limit is ${LIMIT_BYTES} bytes.`);
