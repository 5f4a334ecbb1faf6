/** The browsers of the journeys: an inspector's phone and an office desk, and how a phone dies. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { BrowserContext, BrowserContextOptions, LaunchOptions } from "@playwright/test";
import { chromium } from "@playwright/test";

/** Ye County, in front of an invented hotel. */
export const PLACE = { latitude: 33.627, longitude: 113.351, accuracy: 12 };

export const CAMERA = resolve(__dirname, "../../.make/camera.mjpeg");

export const browserOptions: LaunchOptions = {
  executablePath: process.env.SUICHA_CHROMIUM || "/usr/bin/chromium",
  args: [
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-video-capture=${CAMERA}`,
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--font-render-hinting=none",
  ],
};

const here: BrowserContextOptions = {
  locale: "zh-CN",
  timezoneId: "Asia/Shanghai",
  geolocation: PLACE,
  permissions: ["geolocation", "camera"],
};

export const phone: BrowserContextOptions = {
  ...here,
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
};

export const desk: BrowserContextOptions = {
  ...here,
  viewport: { width: 1440, height: 900 },
};

/**
 * A phone whose memory (vault, service worker, session) lies in `folder`, so that it survives its browser's end.
 * Open it again with the same folder. After a restart `setOffline` has to be said again.
 */
export async function openPhone(
  folder: string,
  address: string,
  options: BrowserContextOptions = phone,
): Promise<BrowserContext> {
  return await chromium.launchPersistentContext(folder, {
    ...browserOptions,
    ...options,
    baseURL: address,
  });
}

/** Kills the browser that lives in `folder` without a word, as Android does; resolves when the context knows. */
export async function killPhone(folder: string, context: BrowserContext): Promise<void> {
  const gone = new Promise((resolve) => context.once("close", resolve));
  for (const id of browserProcesses(folder)) process.kill(id, "SIGKILL");
  await gone;
}

/** Process ids of the browser started with this profile folder: the main one and all its children. */
function browserProcesses(folder: string): number[] {
  const flag = `--user-data-dir=${folder}`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => commandLine(name).includes(flag))
    .map(Number);
}

function commandLine(id: string): string[] {
  try {
    return readFileSync(join("/proc", id, "cmdline"), "utf8").split("\0");
  } catch {
    return []; // the process ended while we looked
  }
}
