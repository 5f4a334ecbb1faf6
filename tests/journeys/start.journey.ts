/** Before any inspection: the app is on the phone once it was opened, whatever becomes of network, server and browser. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { killPhone, openPhone } from "./browser";
import { Server } from "./server";

let server: Server;
let memory: string;

test.beforeEach(async () => {
  server = await Server.begin();
  memory = mkdtempSync(join(tmpdir(), "suicha-phone-"));
});

test.afterEach(async () => {
  await server.end();
  rmSync(memory, { recursive: true, force: true });
});

test("a phone that opened the app once opens it in a cellar, after the browser was killed", async () => {
  const before = await openPhone(memory, server.address);
  const first = await before.newPage();
  await first.goto("/");
  await expect(first.getByRole("button", { name: "登录" })).toBeVisible();
  await first.evaluate(async () => await navigator.serviceWorker.ready);
  await killPhone(memory, before);
  await server.kill();

  const after = await openPhone(memory, server.address);
  await after.setOffline(true);
  const page = await after.newPage();
  await page.goto("/");
  await expect(page.getByText("随查").first()).toBeVisible();
  await after.close();
});

test("a server that was killed starts again with everything it had", async () => {
  const before = server.flask(["demo", "load"]);
  await server.kill();
  await server.start();
  const answer = await fetch(`${server.address}/api/session`);
  expect(((await answer.json()) as { bureau: { name: string } }).bureau.name).toBe("叶县公安局");
  expect(server.flask(["demo", "load"])).toBe(before);
});
