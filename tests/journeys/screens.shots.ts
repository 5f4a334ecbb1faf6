/**
 * The pictures of docs/screenshots: one inspection day, taken on the phone (390×844) and at the desk (1440×900).
 * `make screenshots` takes them anew; look at them before they are committed.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import type { BrowserContext, Page } from "@playwright/test";
import { desk, openPhone, phone } from "./browser";
import * as hotel from "./hotel";
import { drawAndDispatch, loginsByName, section, signIn, tasksOf } from "./people";
import type { Found } from "./people";
import { ROOT, Server } from "./server";

const FOLDER = join(ROOT, "docs", "screenshots");

let server: Server;
let memory: string;

test.beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  memory = mkdtempSync(join(tmpdir(), "suicha-shots-"));
  server = await Server.begin();
});

test.afterAll(async () => {
  await server.end();
  rmSync(memory, { recursive: true, force: true });
});

test("one inspection day in pictures", async ({ browser }) => {
  const office = await browser.newContext({ ...desk, baseURL: server.address });
  const task = await atTheDesk(await office.newPage());
  const context = await openPhone(memory, server.address, { ...phone, deviceScaleFactor: 2 });
  await onThePhone(context, task);
  await context.close();
  await office.close();
});

/** Takes one picture, when everything that moves has come to rest. */
async function shot(page: Page, name: string): Promise<void> {
  await page.evaluate(async () => await document.fonts.ready);
  await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: "disabled", caret: "hide" });
}

/** The office draws and dispatches; answers with the task of a hotel. */
async function atTheDesk(page: Page): Promise<Found> {
  await signIn(page, "office");
  await expect(page.getByTestId("desk-draw")).toBeVisible();
  await shot(page, "desk");
  await drawAndDispatch(page);
  await showDraw(page);
  const found = (await tasksOf(page)).find((task) => task.subject.trade === "hotel");
  if (!found) throw new Error("the draw has no hotel");
  await page.goto("/office/tasks");
  await expect(page.getByText(found.subject.name).first()).toBeVisible();
  await shot(page, "tasks-desk");
  await page.goto("/office/registry/subjects");
  await expect(page.locator("tbody tr").first()).toBeVisible();
  await shot(page, "registry");
  return found;
}

/** The executed draw with its reasons. */
async function showDraw(page: Page): Promise<void> {
  const answer = await page.request.get("/api/drawing/draws");
  const draws = (await answer.json()) as { rows: { id: string }[] };
  await page.goto(`/office/draws/${draws.rows[0]?.id}`);
  await expect(page.getByTestId("pairs")).toBeVisible();
  await shot(page, "draw");
}

/** One of the pair works through the checklist. */
async function onThePhone(context: BrowserContext, task: Found): Promise<void> {
  const page = await context.newPage();
  await page.goto("/");
  await expect(page.getByTestId("login-form")).toBeVisible();
  await shot(page, "login");
  const logins = await loginsByName(page);
  await signIn(page, logins[task.inspectors[0]?.name ?? ""] ?? "");
  await expect(page.getByText(task.subject.name).first()).toBeVisible({ timeout: 30_000 });
  await shot(page, "tasks");
  await page.getByText(task.subject.name).first().click();
  await expect(page.getByTestId("task-start")).toBeVisible();
  await shot(page, "task");
  await page.getByTestId("task-start").click();
  await hotel.opening(page);
  await hotel.licenceAndSystem(page);
  await section(page, "hotel-licence");
  await shot(page, "checklist");
  await hotel.registration(page);
  await page.getByTestId("item-HT301").scrollIntoViewIfNeeded();
  await shot(page, "sample");
}
