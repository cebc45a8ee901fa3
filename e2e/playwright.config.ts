import { defineConfig, devices } from '@playwright/test';
import { chromium } from './browser.ts';

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  // A test that passes only the second time is a test that fails.
  retries: 0,
  workers: 2,
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  timeout: 60_000,
  reporter: [['list']],
  use: {
    ...devices['Desktop Chrome'],
    locale: 'en-GB',
    timezoneId: 'UTC',
    launchOptions: chromium(),
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
  },
});
