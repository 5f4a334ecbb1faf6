/**
 * The pictures of docs/screenshots: one inspection day, taken on the phone (390×844) and at the desk (1440×900).
 * `make screenshots` takes them anew; look at them before they are committed.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import type { Page } from "@playwright/test";
import { desk, openPhone, phone } from "./browser";
import * as hotel from "./hotel";
import { drawAndDispatch, loginsByName, section, signIn, tasksOf } from "./people";
import * as people from "./people";
import type { Found } from "./people";
import { ROOT, Server } from "./server";

const FOLDER = join(ROOT, "docs", "screenshots");

let server: Server;
let memory: string;

test.beforeEach(async () => {
  mkdirSync(FOLDER, { recursive: true });
  memory = mkdtempSync(join(tmpdir(), "suicha-shots-"));
  server = await Server.begin();
});

test.afterEach(async () => {
  await server.end();
  rmSync(memory, { recursive: true, force: true });
});

test("one inspection day in pictures", async ({ browser }) => {
  test.setTimeout(900_000);
  const office = await browser.newContext({ ...desk, baseURL: server.address });
  const officePage = await office.newPage();
  const task = await atTheDesk(officePage);
  const contexts = await Promise.all(
    ["a", "b"].map(
      async (name) =>
        await openPhone(join(memory, name), server.address, {
          ...phone,
          deviceScaleFactor: 2,
        }),
    ),
  );
  const [first, second] = await Promise.all(contexts.map(async (context) => await context.newPage()));
  if (!first || !second) throw new Error("two phones are needed");
  await onThePhone(first, task);
  await closing(first, second, task);
  const lead = await browser.newContext({
    ...phone,
    deviceScaleFactor: 2,
    baseURL: server.address,
  });
  await review(await lead.newPage(), task);
  await officePage.goto("/office/records");
  await expect(officePage.getByTestId(`pdf-${task.id}`)).toBeVisible();
  await shot(officePage, "records");
  for (const context of [...contexts, lead, office]) await context.close();
});

test("the draw room in pictures", async ({ browser }) => {
  const office = await browser.newContext({ ...desk, baseURL: server.address });
  const page = await office.newPage();
  await signIn(page, "office");
  await drawAndDispatch(page);
  const answer = await page.request.get("/api/drawing/draws");
  const [{ id }] = (await answer.json()) as [{ id: string }];
  await page.goto(`/office/draws/${id}/room`);
  await toTickets(page);
  await shot(page, "draw-room");
  const draw = (await (await page.request.get(`/api/drawing/draws/${id}`)).json()) as {
    parties: { party: string; link: string }[];
  };
  const witness = await browser.newContext({ ...phone, deviceScaleFactor: 2, baseURL: server.address });
  const small = await witness.newPage();
  await small.goto(draw.parties.find((one) => one.party === "witness")?.link ?? "");
  await toTickets(small);
  await shot(small, "draw-room-phone");
  for (const context of [witness, office]) await context.close();
});

/** The room, where the first group's tickets are up and its line is drawn. */
async function toTickets(page: Page): Promise<void> {
  await page.getByRole("button", { name: "抽取对象" }).click();
  while ((await page.getByTestId("room-above").count()) === 0) await page.keyboard.press("ArrowRight");
  await page.locator(":focus").blur();
}

/** Takes one picture, when everything that moves has come to rest. */
async function shot(page: Page, name: string): Promise<void> {
  await page.evaluate(async () => await document.fonts.ready);
  await page.screenshot({
    path: join(FOLDER, `${name}.png`),
    animations: "disabled",
    caret: "hide",
  });
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
  const [draw] = (await answer.json()) as { id: string }[];
  await page.goto(`/office/draws/${draw?.id ?? ""}`);
  await expect(page.getByTestId("pairs")).toBeVisible();
  await shot(page, "draw");
}

/** Signs the `n`th of the pair in on a phone. */
async function signInAs(page: Page, task: Found, n: number): Promise<void> {
  await page.goto("/");
  const logins = await loginsByName(page);
  await signIn(page, logins[task.inspectors[n]?.name ?? ""] ?? "");
  await expect(page.getByTestId(`task-${task.id}`)).toContainText("可离线", {
    timeout: 60_000,
  });
}

/** One of the pair works through the checklist. */
async function onThePhone(page: Page, task: Found): Promise<void> {
  await page.goto("/");
  await expect(page.getByTestId("login-form")).toBeVisible();
  await shot(page, "login");
  await signInAs(page, task, 0);
  await shot(page, "tasks");
  await page.getByTestId(`task-${task.id}`).click();
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
  await hotel.restOfRegistration(page);
  await hotel.closing(page);
}

/** The record is read and signed by the party and by both inspectors, and submitted. */
async function closing(first: Page, second: Page, task: Found): Promise<void> {
  await people.toRecord(first);
  await expect(first.getByTestId("record-page")).toBeVisible();
  await shot(first, "record");
  await people.readRecord(first);
  await people.partySigns(first, "周晓梅");
  await people.inspectorSigns(first, task.inspectors[0]?.person_id ?? "");
  await shot(first, "sign");
  await people.syncAll(first, task);
  await signInAs(second, task, 1);
  await people.syncAll(second, task);
  await people.toRecord(second);
  await people.readRecord(second);
  await people.inspectorSigns(second, task.inspectors[1]?.person_id ?? "");
  await people.syncAll(second, task);
  await people.submit(first, task);
  await shot(first, "sync");
}

/** The lead reads the record on a phone and signs it off. */
async function review(page: Page, task: Found): Promise<void> {
  await signIn(page, "zhian");
  await expect(page.getByTestId(`queue-${task.id}`)).toBeVisible();
  await page.getByTestId(`queue-${task.id}`).click();
  await expect(page.getByTestId("sign-off-open")).toBeVisible();
  await shot(page, "review");
  await page.getByTestId("sign-off-open").click();
  await page.getByTestId("sign-off-done").click();
  await expect(page).toHaveURL(/\/lead$/);
}
