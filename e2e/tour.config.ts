import { defineConfig } from '@playwright/test';
import { chromium } from './browser.ts';

export default defineConfig({
  testMatch: 'tour.ts',
  outputDir: 'test-results/tour',
  workers: 1,
  // Several pictures of every page there is.
  timeout: 30 * 60_000,
  reporter: [['line']],
  use: { locale: 'en-GB', timezoneId: 'UTC', launchOptions: chromium() },
});
