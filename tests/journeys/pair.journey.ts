/**
 * Two inspectors at one visit: a difference is seen, found and settled with one tap and a reason, a slip of the thumb
 * is mended, and whoever's words or row gave way is told so, he and the other.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "@playwright/test";
import { expect, test } from "@playwright/test";
import { desk, openPhone } from "./browser";
import * as hotel from "./hotel";
import * as people from "./people";
import type { Found } from "./people";
import { Server } from "./server";

/** Set to a folder to keep pictures of what the two saw. */
const PICTURES = process.env.SUICHA_PAIR_PICTURES;

let server: Server;
let memory: string;
let phones: BrowserContext[];

test.beforeEach(async () => {
  server = await Server.afterDraw();
  memory = mkdtempSync(join(tmpdir(), "suicha-pair-"));
  phones = [];
});

test.afterEach(async () => {
  for (const phone of phones) await phone.close();
  await server.end();
  rmSync(memory, { recursive: true, force: true });
});

async function picture(page: Page, name: string): Promise<void> {
  if (!PICTURES) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), animations: "disabled" });
}

async function atVisit(login: string, task: Found): Promise<Page> {
  const context = await openPhone(join(memory, login), server.address);
  phones.push(context);
  const page = context.pages()[0] ?? (await context.newPage());
  await people.signIn(page, login);
  await expect(page.getByTestId(`task-${task.id}`)).toContainText("可离线", { timeout: 60_000 });
  await people.visit(page, task);
  return page;
}

test("two who differ see it, find it, settle it with a tap and a reason, and mend a slip", async ({
  browser,
}) => {
  test.setTimeout(300_000);
  const office = await (await browser.newContext({ ...desk, baseURL: server.address })).newPage();
  await people.signIn(office, "office");
  const logins = await people.loginsByName(office);
  const task = people.hotelForTwo(await people.tasksOf(office));
  const [first, second] = task.inspectors as [Found["inspectors"][0], Found["inspectors"][0]];
  const a = await atVisit(logins[first.name]!, task);
  const b = await atVisit(logins[second.name]!, task);
  const exchange = async (from: Page, to: Page): Promise<void> => {
    await people.syncAll(from, task);
    await people.syncAll(to, task);
  };

  await test.step("common ground: a business that is open, a row and a finding of the first", async () => {
    await people.arrive(a);
    await hotel.room203(a);
    await people.section(a, "hotel-licence");
    await people.choose(a, "HT104", "fail");
    await people.type(a, "answer-HT104-finding-text", "前台无值班登记簿");
    await people.saved(a);
    await exchange(a, b);
  });

  await test.step("without network they answer one question differently", async () => {
    for (const phone of phones) await phone.setOffline(true);
    for (const [page, answer] of [
      [a, "held"],
      [b, "mismatch"],
    ] as const) {
      await people.section(page, "hotel-licence");
      await people.choose(page, "HT101", answer);
      await people.saved(page);
    }
    for (const phone of phones) await phone.setOffline(false);
    await exchange(b, a);
  });

  await test.step("the head of the visit says how many, and leads there", async () => {
    await people.section(a, "closing");
    await expect(a.getByTestId("conflicts-open")).toContainText("1 处两人填写不一致");
    await a.getByTestId("conflicts-open").click();
    await expect(a.getByTestId("conflict-HT101")).toBeInViewport();
    await expect(a.getByTestId("conflict-HT101")).toContainText(first.name);
    await expect(a.getByTestId("conflict-HT101")).toContainText(second.name);
    await picture(a, "conflict");
  });

  await test.step("one tap and a reason settle it", async () => {
    await a.getByTestId("conflict-side-0").click();
    await expect(a.getByTestId("conflict-reason-1")).toBeInViewport();
    await picture(a, "conflict-why");
    await a.getByTestId("conflict-reason-1").click();
    await expect(a.getByTestId("conflict-HT101")).toBeHidden();
    await expect(a.getByTestId("conflicts-open")).toBeHidden();
    await expect(a.getByTestId("toast")).toContainText("当场复核确认");
    await picture(a, "conflict-settled");
  });

  await test.step("it was the wrong one: both stand there again, and the other is chosen", async () => {
    const stood = await a.getByTestId("trace-HT101").innerText();
    await a.getByTestId("toast-action").click();
    await a.getByTestId("conflict-side-1").click();
    await a.getByTestId("conflict-reason").fill("对照许可证原件复核");
    await a.getByTestId("conflict-settle").click();
    await expect(a.getByTestId("conflict-HT101")).toBeHidden();
    await expect(a.getByTestId("trace-HT101")).not.toHaveText(stood);
    await people.syncAll(a, task);
    const lead = await (await browser.newContext({ ...desk, baseURL: server.address })).newPage();
    await people.signIn(lead, "zhian");
    const stored = await (await lead.request.get(`/api/review/inspections/${task.id}`)).json();
    const said = (stored.entries as { kind: string; path: string; replaces: string[] }[]).filter(
      (one) => one.kind === "answer" && one.path === "HT101",
    );
    expect(said.map((one) => one.replaces.length).sort()).toEqual([0, 0, 2, 3]);
    expect(stored.state.conflicts).toEqual({});
  });

  await test.step("who draws on a photo sees its watermark under his drawing", async () => {
    await people.section(a, "hotel-licence");
    await people.card(a, "HT101");
    await people.shoot(a, "photo-HT101");
    await a.getByTestId("item-HT101").getByTestId("photo-thumb").first().click();
    await a.getByTestId("photo-mark").click();
    await expect
      .poll(() =>
        a
          .locator(".marker__canvas")
          .first()
          .evaluate((one: HTMLCanvasElement) => one.width),
      )
      .toBeGreaterThan(300);
    await picture(a, "marks");
    await a.getByTestId("mark-editor-close").click();
    await a.getByTestId("photo-viewer-close").click();
  });

  await test.step("the second overwrites the first's finding and removes his row: told at once", async () => {
    await people.syncAll(b, task);
    await people.section(b, "hotel-licence");
    await people.card(b, "HT104");
    await people.type(b, "answer-HT104-finding-text", "前台值班登记簿缺三页");
    await expect(b.getByTestId("toast")).toContainText(`原为 ${first.name}：前台无值班登记簿`);
    await picture(b, "finding-overwritten");
    await people.section(b, "hotel-system");
    await hotel.unfoldRoom203(b);
    await b.getByTestId("row-HT203-1-remove").click();
    await expect(b.getByTestId("toast")).toContainText(`${first.name}填写过`);
    await expect(b.getByTestId("trace-removed-HT203")).toContainText("203");
    await picture(b, "row-removed");
  });

  await test.step("the first is told plainly, looks, and brings his row back", async () => {
    await exchange(b, a);
    await people.section(a, "hotel-licence");
    await people.card(a, "HT104");
    await expect(a.getByTestId("replaced-HT104")).toContainText("您写的问题描述已被修改");
    await a.getByTestId("replaced-HT104").scrollIntoViewIfNeeded();
    await picture(a, "finding-news");
    await people.section(a, "hotel-system");
    await people.card(a, "HT203");
    await expect(a.getByTestId("replaced-removed-HT203")).toContainText(second.name);
    await a.getByTestId("replaced-removed-HT203").scrollIntoViewIfNeeded();
    await picture(a, "row-news");
    await a.getByTestId("restore-HT203").click();
    await expect(a.getByTestId("cell-HT203-1-room")).toHaveValue("203");
    await expect(a.getByTestId("replaced-removed-HT203")).toBeHidden();
  });

  await test.step("after a reload without signal the password alone unlocks; another comes in by name", async () => {
    await people.saved(a);
    await people.place(a, "tasks");
    await people.readyForOffline(a);
    await phones[0]!.setOffline(true);
    await a.reload();
    await expect(a.getByTestId("login-form")).toHaveAttribute("data-mode", "unlock");
    await expect(a.getByTestId("unlock-hint")).toContainText("没有信号也能解锁");
    await expect(a.getByTestId("login-name")).toBeHidden();
    await expect(a.getByTestId("login-form")).not.toContainText(first.name);
    await picture(a, "unlock");
    await a.getByTestId("login-password").fill("not the password");
    await a.getByTestId("login-submit").click();
    await expect(a.getByTestId("login-refused")).toContainText("换人");
    await a.getByTestId("login-other").click();
    await expect(a.getByTestId("login-name")).toBeVisible();
    await picture(a, "unlock-other");
    await a.getByTestId("login-other").click();
    await a.getByTestId("login-password").fill(people.PASSWORD);
    await a.getByTestId("login-submit").click();
    await expect(a.getByTestId("login-form")).toBeHidden({ timeout: 60_000 });
    await expect(a.getByTestId(`task-${task.id}`)).toBeVisible();
  });
});
