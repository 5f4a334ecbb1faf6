/** For each test of a file anew: a server on the day after the draw, and one phone whose memory outlives its browser. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "@playwright/test";
import type { BrowserContext } from "@playwright/test";
import { Server } from "./server";

export interface OnePhone {
  server: Server;
  /** For the phone's memory and what else the test keeps; gone with it. */
  folder: string;
  /** Its browser while it runs: closed after the test. */
  phone: BrowserContext | null;
}

/** To be called once, outside of the tests; what it answers with is filled in before each of them. */
export function onePhone(): OnePhone {
  const at = {} as OnePhone;
  test.beforeEach(async () => {
    at.server = await Server.afterDraw();
    at.folder = mkdtempSync(join(tmpdir(), "suicha-phone-"));
    at.phone = null;
  });
  test.afterEach(async () => {
    await at.phone?.close();
    await at.server.end();
    rmSync(at.folder, { recursive: true, force: true });
  });
  return at;
}
