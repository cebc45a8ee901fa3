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
  timeout: 120_000,
  // Time for a machine that has other things to do; nothing waits longer than it must.
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    ...devices['Desktop Chrome'],
    actionTimeout: 20_000,
    locale: 'en-GB',
    timezoneId: 'UTC',
    launchOptions: chromium(),
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
  },
});
