/** The phone had no charge: the visit was made on paper, and is typed in as what it is. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { desk, openPhone, phone } from "./browser";
import { drawAndDispatch, loginsByName, shoot, signIn, tasksOf } from "./people";
import { Server } from "./server";

let server: Server;
let memory: string;

test.beforeAll(async () => {
  memory = mkdtempSync(join(tmpdir(), "suicha-paper-"));
  server = await Server.begin();
});

test.afterAll(async () => {
  await server.end();
  rmSync(memory, { recursive: true, force: true });
});

/** Wall time in China, minutes from now, as the browser's field takes it. */
const wall = (minutes: number): string =>
  new Date(Date.now() + minutes * 60_000 + 8 * 3_600_000).toISOString().slice(0, 16);

test("a paper checklist is photographed, its times are typed, and the checklist opens for its answers", async ({
  browser,
}) => {
  const office = await browser.newContext({ ...desk, baseURL: server.address });
  const officePage = await office.newPage();
  await signIn(officePage, "office");
  await drawAndDispatch(officePage);
  const task = (await tasksOf(officePage)).find((one) => one.subject.trade === "hotel");
  if (!task) throw new Error("the draw has no hotel");
  const context = await openPhone(join(memory, "a"), server.address, phone);
  const page = await context.newPage();
  await page.goto("/");
  const logins = await loginsByName(page);
  await signIn(page, logins[task.inspectors[0]?.name ?? ""] ?? "");
  await page.getByTestId(`task-${task.id}`).click();
  await page.getByTestId("task-start").click();

  await page.getByTestId("to-paper").click();
  await page.getByTestId("paper-from").fill(wall(-90));
  await page.getByTestId("paper-to").fill(wall(10));
  await expect(page.getByTestId("paper-begin")).toBeDisabled();
  await page.getByTestId("paper-to").fill(wall(-30));
  await expect(page.getByTestId("paper-begin"), "without a picture nothing is typed in").toBeDisabled();
  await shoot(page, "photo-VISIT", 2);
  await page.getByTestId("paper-begin").click();

  await expect(page.getByTestId("arrive-card")).toContainText("按纸质检查表补录");
  await page.getByTestId("to-paper").click();
  await expect(page.getByTestId("paper-done")).toBeVisible();
  await context.close();
  await office.close();
});
