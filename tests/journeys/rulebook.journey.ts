/** The office changes a checklist without a shell: a wrong file is refused by line, a right one waits for 法制室. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import type { Page } from "@playwright/test";
import { desk } from "./browser";
import { signIn } from "./people";
import { ROOT, Server } from "./server";

const HOTEL = readFileSync(join(ROOT, "checklists", "hotel-real-name.yaml"), "utf8");
const FRESH = HOTEL.replace(/^version: .*$/m, 'version: "2026.2"').replace("店内系统", "酒店系统");

let server: Server;

test.beforeAll(async () => {
  server = await Server.begin();
});

test.afterAll(async () => {
  await server.end();
});

async function choose(page: Page, text: string): Promise<void> {
  const file = {
    name: "hotel.yaml",
    mimeType: "text/yaml",
    buffer: Buffer.from(text, "utf8"),
  };
  await page.getByTestId("edition-file").setInputFiles(file);
}

async function answer(page: Page, words: string): Promise<void> {
  const box = page.locator(".el-message-box");
  await box.locator("input, textarea").first().fill(words);
  await box.locator(".el-button--primary").click();
  await expect(box).toBeHidden();
}

test("a new edition is brought, compared, scheduled and approved, and an item is switched on", async ({
  browser,
}) => {
  const context = await browser.newContext({
    ...desk,
    baseURL: server.address,
  });
  const office = await context.newPage();
  await signIn(office, "office");
  await office.getByTestId("nav-checklists").click();
  await expect(office.getByTestId("checklist-hotel-real-name")).toBeVisible();

  const guide = await office.request.get((await office.getByTestId("guide").getAttribute("href")) ?? "");
  expect(await guide.text()).toContain("检查表怎么写");
  await choose(office, HOTEL.replace("penalties/unlicensed-trade", "penalties/unlicenced-trade"));
  await expect(office.getByTestId("edition-faults")).toContainText("是否想写 penalties/unlicensed-trade");
  await choose(office, FRESH);
  await office.getByTestId("bring-edition").click();

  await expect(office.getByTestId("edition-2026.2")).toContainText("尚未安排生效日期");
  await office.getByTestId("edition-2026.2").getByTestId("compare").click();
  await expect(office.getByTestId("changes")).toContainText("酒店系统");
  await office.getByTestId("edition-2026.2").getByTestId("schedule").click();
  await office.getByTestId("schedule-reason").fill("统一用语");
  await office.getByTestId("propose").click();
  await expect(office.getByTestId("edition-2026.2")).toContainText("待法制室批准");

  const other = await browser.newContext({ ...desk, baseURL: server.address });
  const legal = await other.newPage();
  await signIn(legal, "legal");
  await legal.goto("/office/checklists/hotel-real-name?tab=editions");
  await legal.getByTestId("approve").click();
  await answer(legal, "与公布的抽查事项清单核对一致");
  await expect(legal.getByTestId("edition-2026.2")).toContainText("现行");

  await office.goto("/office/checklists/hotel-real-name?tab=switches");
  await office.getByTestId("switch-HT501").click();
  await answer(office, "近期访客登记问题较多");
  await expect(office.getByText("近期访客登记问题较多")).toBeVisible();
  await expect(office.getByTestId("switch-HT501").locator("input")).toBeChecked();
  const form = await office.request.get("/api/documents/checklists/ZA-01/blank.pdf");
  expect(form.headers()["content-type"]).toContain("application/pdf");

  await legal.goto("/office/law-texts");
  await legal.getByTestId("text-penalties-2025-lodging-registration").click();
  await legal.getByTestId("law-text").fill("第六十七条　（试验文本）");
  await legal.getByTestId("law-source").fill("官方公报（试验）");
  await legal.getByTestId("law-checker").fill("法制室 张某");
  await legal.getByTestId("save-law-text").click();
  await expect(legal.getByTestId("law-texts")).toContainText("（试验文本）");
  await context.close();
  await other.close();
});
