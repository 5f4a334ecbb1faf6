/**
 * Journeys: the real server, the real app, a real Chromium with a camera that shows a drawn register.
 * Debian's browser is used as it is; nothing is downloaded, and its own talk with the internet is turned off.
 */
import { resolve } from "node:path";
import { defineConfig } from "@playwright/test";
import { browserOptions, desk, phone } from "./browser";

const root = resolve(__dirname, "../..");

export default defineConfig({
  testDir: __dirname,
  outputDir: resolve(root, "test-results"),
  globalSetup: resolve(__dirname, "begin.ts"),
  reporter: [["list"]],
  // A journey waits for a draw's moment, a second hand, a browser that starts: two fill two cores.
  workers: 2,
  fullyParallel: false,
  forbidOnly: true,
  timeout: 300_000,
  expect: { timeout: 30_000 },
  use: {
    launchOptions: browserOptions,
    actionTimeout: 45_000,
    navigationTimeout: 60_000,
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
  },
  projects: [
    { name: "draw", testMatch: "draw.setup.ts" },
    { name: "journeys", testMatch: "*.journey.ts", use: phone, dependencies: ["draw"] },
    { name: "screenshots", testMatch: "*.shots.ts", use: { ...desk } },
  ],
});
