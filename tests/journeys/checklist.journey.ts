/**
 * The checklist in the inspector's hand: rooms tapped floor by floor and frozen before the sample appears, what a
 * failed item asks for, undo, the dense list at night, a visit over midnight and on another day, a running shortage.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "@playwright/test";
import { expect, test } from "@playwright/test";
import { openPhone } from "./browser";
import { Harness, HOTEL, INSPECTOR, PRECURSORS } from "./harness";
import * as hotel from "./hotel";
import * as people from "./people";

let bureau: Harness;
let memory: string;
let phone: BrowserContext;

test.beforeEach(async () => {
  bureau = await Harness.begin();
  memory = mkdtempSync(join(tmpdir(), "suicha-phone-"));
  phone = await openPhone(memory, bureau.address);
});

test.afterEach(async () => {
  await phone.close();
  await bureau.end();
  rmSync(memory, { recursive: true, force: true });
});

async function unlock(page: Page): Promise<void> {
  await people.enter(page, INSPECTOR.login, INSPECTOR.password);
  await expect(page.getByTestId(`task-${HOTEL}`)).toContainText("可离线", { timeout: 60_000 });
}

/** Signed in, tasks and app on the phone, then without network: from here on the phone's own clock counts. */
async function begun(): Promise<Page> {
  const page = await phone.newPage();
  await page.goto("/");
  await unlock(page);
  await people.readyForOffline(page);
  await unlock(page);
  await phone.setOffline(true);
  return page;
}

async function visit(page: Page, id: string): Promise<void> {
  await page.getByTestId(`task-${id}`).click();
  await page.getByTestId("task-start").click();
  await expect(page.getByTestId("to-summary")).toBeVisible();
}

/** The evening, `hours` of the next midnight in China. */
function tonight(hours: number): Date {
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  return new Date(Date.parse(`${today}T16:00:00.000Z`) + hours * 3_600_000);
}

async function roomsOnTheGrid(page: Page): Promise<void> {
  const frame = page.getByTestId("frame-HT301");
  const tap = (room: string): Promise<void> => page.getByTestId(`frame-HT301-thing-${room}`).click();
  await people.section(page, "hotel-registration");
  await people.card(page, "HT301");
  await page.getByTestId("frame-HT301-zones").fill("2-4");
  await page.getByTestId("frame-HT301-numbers").fill("01-12");
  await page.getByTestId("frame-HT301-generate").click();
  await expect(page.getByTestId("frame-HT301-freeze")).toBeDisabled();
  await page.getByTestId("frame-HT301-floor-201").click();
  for (const room of ["301", "303", "306"]) await tap(room);
  await tap("212");
  await expect(page.getByTestId("frame-HT301-rule")).toContainText("已登记 14");
  await expect(page.getByTestId("frame-HT301-sample")).toBeHidden();
  await page.getByTestId("frame-HT301-freeze").click();
  await expect(frame).toContainText("名单已冻结：在住客房共 14");
  await expect(page.getByTestId("frame-HT301-sample")).toContainText("系统抽中 5");
}

/** A change of the frozen list is possible with a reason only, and the reason stays on the screen and in the record. */
async function frozenListChanged(page: Page): Promise<void> {
  const freeze = page.getByTestId("frame-HT301-freeze");
  await page.getByTestId("frame-HT301-change").click();
  await page.getByTestId("frame-HT301-list").fill("201-211 301 303 306 407");
  await expect(freeze).toBeDisabled();
  await page.getByTestId("frame-HT301-reason").fill("漏录407房");
  await freeze.click();
  await expect(page.getByTestId("frame-HT301-changed")).toContainText("漏录407房");
  await expect(page.getByTestId("frame-HT301")).toContainText("第 2 次登记");
}

async function failingAsks(page: Page): Promise<void> {
  await people.choose(page, "HT302", "fail");
  await expect(page.getByTestId("answer-HT302-finding")).toBeVisible();
  await expect(page.getByTestId("item-HT302")).toContainText("还需 1 张照片");
  await page.getByTestId("answer-HT302-finding-standard").click();
  await people.shoot(page, "photo-HT302");
  await page.getByTestId("answer-HT302-corrected").click();
  await people.type(page, "answer-HT302-correction-text", "已补登两名旅客，当场核对一致");
  await expect(page.getByTestId("item-HT302").getByText("还需")).toBeHidden();
}

async function undone(page: Page): Promise<void> {
  await people.choose(page, "HT305", "na");
  await expect(page.getByTestId("item-HT305")).toHaveAttribute("data-verdict", "na");
  await page.getByRole("button", { name: "撤销" }).click();
  await expect(page.getByTestId("item-HT305")).toHaveAttribute("data-verdict", "open");
}

async function denseByNight(page: Page): Promise<void> {
  const dress = page.locator("html");
  await expect(dress).toHaveAttribute("data-scheme", "day");
  await page.emulateMedia({ colorScheme: "dark" });
  await expect(dress).toHaveAttribute("data-scheme", "night");
  await page.getByTestId("display-open").click();
  await page.getByTestId("scheme-day").click();
  await expect(dress).toHaveAttribute("data-scheme", "day");
  await page.getByTestId("scheme-night").click();
  await page.getByTestId("layout-list").click();
  await page.keyboard.press("Escape");
  await people.section(page, "hotel-system");
  await expect(page.getByTestId("open-HT201")).toBeVisible();
  await people.choose(page, "HT201", "online");
  await expect(page.getByTestId("open-HT202")).toBeVisible();
  await people.card(page, "HT202");
  await expect(page.getByTestId("why-HT202")).toContainText("“信息系统安装并在线”不是“未安装”");
  await page.getByTestId("display-open").click();
  await page.getByTestId("layout-cards").click();
  await page.keyboard.press("Escape");
}

/** What is missing leads to its item; the search finds an item by a word. */
async function found(page: Page): Promise<void> {
  await page.getByTestId("to-summary").click();
  await page.getByTestId("missing-HT101").first().click();
  await expect(page.getByTestId("item-HT101")).toBeInViewport();
  await page.getByTestId("basis-HT101").click();
  await expect(page.getByTestId("basis-why")).toContainText("“经营状态”为“正常经营”");
  await page.keyboard.press("Escape");
  await page.getByTestId("search-open").click();
  await page.getByTestId("search-input").fill("HT304");
  await page.getByTestId("search-HT304").click();
  await expect(page.getByTestId("item-HT304")).toBeInViewport();
}

test("a hotel by night: grid, sample, failure, undo, midnight, and on with it the next day", async () => {
  test.setTimeout(300_000);
  const page = await begun();
  await phone.clock.setSystemTime(tonight(-0.4));
  await visit(page, HOTEL);
  await hotel.opening(page);
  await roomsOnTheGrid(page);
  await frozenListChanged(page);
  await failingAsks(page);
  await undone(page);
  await denseByNight(page);
  await found(page);

  await test.step("midnight passes, they are called away, and come back in the morning", async () => {
    await phone.clock.setSystemTime(tonight(0.5));
    await people.choose(page, "HT305", "na");
    await expect(page.getByTestId("resume")).toBeHidden();
    await people.section(page, "opening");
    await page.getByTestId("interrupt").click();
    await expect(page.getByTestId("arrive-card")).toContainText("已离开现场");
    await phone.clock.setSystemTime(tonight(9.5));
    await people.section(page, "hotel-registration");
    await people.choose(page, "HT306", "na");
    await expect(page.getByTestId("resume")).toContainText("中断");
    await page.getByTestId("resume-arrive").click();
    await expect(page.getByTestId("resume")).toBeHidden();
    await page.getByTestId("to-summary").click();
    await page.getByTestId("preview-record").click();
    const times = await page.getByTestId("record-page").getByText("检查时间").textContent();
    expect(times).toMatch(/23时3\d分至\d+年\d+月\d+日00时3\d分；\d+年\d+月\d+日09时3\d分至/);
  });
});

test("a store of precursors: the shortage runs while it is counted", async () => {
  test.setTimeout(300_000);
  const page = await begun();
  await visit(page, PRECURSORS);
  await people.arrive(page);
  await people.section(page, "precursor-business");
  await people.choose(page, "PC102", "use");
  await people.choose(page, "PC103", "hydrochloric-acid");
  await people.section(page, "precursor-stock");
  await page.getByTestId("answer-PC501-add-row").click();
  const cell = (name: string): string => `cell-PC501-1-${name}`;
  await page.getByTestId(cell("substance-hydrochloric-acid")).click();
  await people.type(page, cell("grade"), "37% 500mL");
  await page.getByTestId(cell("unit-kg")).click();
  await page.getByTestId(cell("packing-sealed")).click();
  for (const [name, amount] of [
    ["opening", "10"],
    ["bought", "5.5"],
    ["sold", "0"],
    ["used", "3.15"],
    ["loss", "0"],
    ["book", "12.35"],
    ["counted", "12"],
  ] as const) {
    await expect(page.getByTestId(cell(name))).toHaveAttribute("inputmode", "decimal");
    await people.type(page, cell(name), amount);
  }
  const result = page.getByTestId("row-PC501-1-result");
  await expect(result).toContainText("应存 12.35 千克");
  await expect(result).toContainText("短缺 0.35 千克");
  await people.type(page, cell("counted"), "12.35");
  await expect(result).not.toContainText("短缺");
  await page.getByTestId("answer-PC501-copy-row").click();
  await expect(page.getByTestId("row-PC501-2-result")).toContainText("应存 12.35 千克");
  await expect(page.getByTestId("cell-PC501-2-grade")).toHaveValue("37% 500mL");
});
