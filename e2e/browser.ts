import { existsSync } from 'node:fs';
import type { LaunchOptions } from '@playwright/test';

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The machine's own Chromium, kept from calling anybody but the server under test. */
export function chromium(): LaunchOptions {
  const executablePath = process.env.CHROMIUM ?? USUAL_PLACES.find((place) => existsSync(place));
  if (!executablePath) throw new Error('No Chromium was found: install one, or set CHROMIUM to its program.');
  const quiet = [
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ];
  // Chromium refuses its sandbox to root, and only to root.
  const isRoot = process.getuid?.() === 0;
  return { executablePath, args: isRoot ? [...quiet, '--no-sandbox'] : quiet };
}
