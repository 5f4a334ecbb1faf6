/** A visit to a hotel as its two inspectors fill it in: who answers what, and what they find. */
import { expect } from "@playwright/test";
import type { Locator, Page } from "@playwright/test";
import { card, choose, saved, section, shoot, type } from "./people";

export const ROOMS = ["201", "202", "203", "305", "306", "308", "401"];

/** The first inspector's part: opening, licence, system. One photo each where the checklist asks for it. */
export async function opening(page: Page): Promise<void> {
  await section(page, "opening");
  await page.getByTestId("arrive").click();
  await expect(page.getByTestId("arrive-card")).toContainText("已到达");
  await openingAnswers(page);
}

/** The answers of the opening, for a visit whose arrival is stated already. */
export async function openingAnswers(page: Page): Promise<void> {
  await section(page, "opening");
  await choose(page, "CM08", "open");
  await choose(page, "CM04", "shown");
  await choose(page, "CM05", "served");
  await choose(page, "CM06", "none");
  await responsiblePerson(page);
  await card(page, "CM11");
  await type(page, "answer-CM11", "前厅经理");
  await choose(page, "CM07", "same");
  await card(page, "CM09");
  await type(page, "answer-CM09", "YX-0417");
  await saved(page);
}

async function responsiblePerson(page: Page): Promise<void> {
  await card(page, "CM10");
  await page.getByTestId("answer-CM10").click();
  const sheet = page.getByTestId("person-sheet");
  await sheet.getByTestId("answer-CM10-name").fill("周晓梅");
  for (const [field, text] of [
    ["id_number", "11010519491231002X"],
    ["phone", "13800000000"],
  ] as const) {
    const input = sheet.getByTestId(`answer-CM10-${field}`);
    if (await input.count()) await input.fill(text);
  }
  await page.getByTestId("answer-CM10-save").click();
  await expect(sheet).toBeHidden();
}

export async function licenceAndSystem(page: Page): Promise<void> {
  await section(page, "hotel-licence");
  await choose(page, "HT101", "held");
  await shoot(page, "photo-HT101", 2);
  await choose(page, "HT104", "pass");
  await section(page, "hotel-system");
  await choose(page, "HT201", "online");
  await shoot(page, "photo-HT201");
  await card(page, "HT202");
  await type(page, "answer-HT202", "0");
  await page.getByTestId("answer-HT205-now").click();
  await page.getByTestId("answer-HT203-add-row").click();
  await type(page, "cell-HT203-1-room", "203");
  await firstOption(page, "cell-HT203-1-guest");
  await page.getByTestId("cell-HT203-1-checkin-now").click();
  await firstOption(page, "cell-HT203-1-state");
  await page.getByTestId("cell-HT203-1-uploaded-now").click();
  for (const key of ["reader", "camera", "network", "outage_plan"]) await choose(page, "HT204", key);
  await saved(page);
}

/** The first of listed answers, whatever its key. */
async function firstOption(page: Page, testid: string): Promise<void> {
  await page.locator(`[data-testid^="${testid}-"]`).first().click();
}

/** Opens a row's card; the next row also opens by itself when one is complete. */
async function unfold(page: Page, toggle: Locator, cell: string): Promise<void> {
  await expect(async () => {
    if ((await toggle.getAttribute("aria-expanded")) !== "true") await toggle.click();
    await expect(page.getByTestId(cell)).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 20_000 });
}

/** Notes room 203 among those that the system is tried with. */
export async function room203(page: Page): Promise<void> {
  await section(page, "hotel-system");
  await choose(page, "HT201", "online");
  await card(page, "HT203");
  await page.getByTestId("answer-HT203-add-row").click();
  await type(page, "cell-HT203-1-room", "203");
}

/** The row of that room, open for its cells. */
export async function unfoldRoom203(page: Page): Promise<void> {
  await card(page, "HT203");
  await unfold(page, page.getByTestId("row-HT203-1-toggle"), "cell-HT203-1-room");
}

/** The second inspector's part: the drawn rooms, one of them with an unregistered guest. */
export async function registration(page: Page): Promise<void> {
  await section(page, "hotel-registration");
  await card(page, "HT301");
  await page.getByTestId("frame-HT301-list").fill(ROOMS.join(" "));
  await page.getByTestId("frame-HT301-freeze").click();
  const rows = page.locator('[data-testid^="row-HT301-"][data-testid$="-toggle"]');
  await expect(rows).toHaveCount(5);
  for (let n = 0; n < 5; n += 1) {
    const toggle = rows.nth(n);
    const room = ((await toggle.getAttribute("data-testid")) ?? "").replace(/^row-HT301-|-toggle$/g, "");
    await unfold(page, toggle, `cell-HT301-${room}-registered`);
    await type(page, `cell-HT301-${room}-registered`, "2");
    await type(page, `cell-HT301-${room}-present`, n === 0 ? "3" : "2");
    await page.getByTestId(`cell-HT301-${room}-how-key_cards`).click();
    await page.getByTestId(`cell-HT301-${room}-identity-match`).click();
  }
  await expect(page.getByTestId("item-HT301")).toHaveAttribute("data-verdict", "fail");
  await finding(page, "HT301");
  await saved(page);
}

/** What a failed item asks for: words and a photo. */
export async function finding(page: Page, code: string): Promise<void> {
  await card(page, code);
  await page.getByTestId(`answer-${code}-finding-standard`).click();
  await shoot(page, `photo-${code}`);
}

export async function restOfRegistration(page: Page): Promise<void> {
  await section(page, "hotel-registration");
  await choose(page, "HT302", "pass");
  await card(page, "HT303");
  const rows = page.locator('[data-testid^="row-HT303-"][data-testid$="-toggle"]');
  for (const toggle of await rows.all()) {
    const key = ((await toggle.getAttribute("data-testid")) ?? "").replace(/^row-HT303-|-toggle$/g, "");
    await unfold(page, toggle, `cell-HT303-${key}-own`);
    await type(page, `cell-HT303-${key}-own`, "14");
    await type(page, `cell-HT303-${key}-police`, "14");
    const explained = page.locator(`[data-testid^="cell-HT303-${key}-explained-"]`);
    if (await explained.count()) await explained.first().click();
  }
  await card(page, "HT304");
  await type(page, "answer-HT304", "0");
  for (const code of ["HT305", "HT306"]) await choose(page, code, "na");
  await section(page, "hotel-front-desk");
  await card(page, "HT701");
  await type(page, "answer-HT701", "4");
  await card(page, "HT702");
  await type(page, "answer-HT702", "5");
  await saved(page);
}

export async function closing(page: Page): Promise<void> {
  await section(page, "closing");
  await choose(page, "CM90", "full");
  await choose(page, "CM99", "read");
  await saved(page);
}
