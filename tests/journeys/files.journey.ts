/**
 * The road without a line, and a password that was forgotten: an inspection leaves an offline phone as a sealed file,
 * the desk takes it in and gives a receipt, the phone believes the receipt; then two people at the office open the
 * vault to its owner again.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import type { Page } from "@playwright/test";
import { desk, openPhone } from "./browser";
import * as hotel from "./hotel";
import { loginsByName, readyForOffline, signIn, tasksOf, unlockIfAsked, visit } from "./people";
import { Server } from "./server";

const SHOTS = process.env.SUICHA_SHOTS;
let server: Server;
let memory: string;

test.beforeAll(async () => {
  memory = mkdtempSync(join(tmpdir(), "suicha-files-"));
  server = await Server.afterDraw();
});

test.afterAll(async () => {
  await server.end();
  rmSync(memory, { recursive: true, force: true });
});

async function shot(page: Page, name: string): Promise<void> {
  if (SHOTS) await page.screenshot({ path: join(SHOTS, `${name}.png`), animations: "disabled" });
}

/** Taps what hands a file out, and answers where it lies. */
async function handedOut(page: Page, testid: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByTestId(testid).first().click(),
  ]);
  const path = join(memory, download.suggestedFilename());
  await download.saveAs(path);
  return path;
}

test("by stick to the desk and back, and back into one's own vault", async ({ browser }) => {
  test.setTimeout(600_000);
  const officeContext = await browser.newContext({ ...desk, baseURL: server.address });
  const office = await officeContext.newPage();
  await signIn(office, "office");
  const task = (await tasksOf(office)).find((one) => one.subject.trade === "hotel");
  const inspector = task?.inspectors[0];
  if (!task || !inspector) throw new Error("a hotel with inspectors is needed");
  const login = (await loginsByName(office))[inspector.name] ?? "";

  const context = await openPhone(join(memory, "phone"), server.address);
  const phone = await context.newPage();
  await signIn(phone, login);
  await expect(phone.getByTestId(`task-${task.id}`)).toContainText("可离线", { timeout: 60_000 });
  await readyForOffline(phone);
  await unlockIfAsked(phone, login);
  await visit(phone, task);
  await context.setOffline(true);
  await hotel.opening(phone);
  const file = await test.step("the offline phone makes a file for the bureau", async () => {
    const tab = phone.getByTestId("tab-sync");
    while (!(await tab.isVisible())) await phone.getByTestId("back").click();
    await tab.click();
    await phone.getByTestId("files-open").click();
    await phone.getByTestId("files-to-server").click();
    await phone.getByTestId("files-pack").click();
    await expect(phone.getByTestId("files-send")).toBeVisible();
    await shot(phone, "phone-files");
    return await handedOut(phone, "files-send");
  });

  const receipt = await test.step("the desk takes it in", async () => {
    await office.getByTestId("nav-files").click();
    await office.getByTestId("files-input").setInputFiles(file);
    await expect(office.getByTestId("files-taken")).toContainText(inspector.name);
    await expect(office.getByTestId("files-faults")).toHaveCount(0);
    await shot(office, "desk-files");
    return await handedOut(office, "files-receipt");
  });

  await test.step("the receipt confirms what the phone holds", async () => {
    await phone.getByTestId("files-input").setInputFiles(receipt);
    await expect(phone.getByTestId("files-told")).toContainText(/确认 [1-9]\d* 项/);
    await shot(phone, "phone-receipt");
  });

  await test.step("a broken file is refused in words", async () => {
    await office.getByTestId("files-input").setInputFiles({
      name: "照片.suicha",
      mimeType: "application/octet-stream",
      buffer: Buffer.from("就是一张照片"),
    });
    await expect(office.getByTestId("files-refused")).toContainText("不是随查的数据文件");
  });

  await test.step("the forgotten password", async () => {
    await context.setOffline(true);
    await phone.goto("/");
    // Only the name tells the office whose phone it is to open.
    await phone.getByTestId("login-forgotten").click();
    await expect(phone.getByTestId("login-refused")).toContainText("账号");
    await phone.getByTestId("login-name").fill(login);
    await phone.getByTestId("login-forgotten").click();
    const request = (await phone.getByTestId("recover-request").textContent()) ?? "";
    await shot(phone, "phone-forgotten");
    const devices = (await (await office.request.get("/api/devices")).json()) as {
      id: string;
      person_name: string;
    }[];
    const device = devices.find((one) => one.person_name === inspector.name)?.id ?? "";
    await office.getByTestId("nav-system").click();
    await office.getByTestId("recovery-device").click();
    await office.getByText(device.slice(-6)).last().click();
    await office.getByTestId("recovery-request").fill(request);
    await office.getByTestId("recovery-reason").fill("本人到局办公室，已核对警官证");
    await office.getByTestId("recovery-ask").click();
    await expect(office.getByTestId("recoveries")).toContainText("等待另一人同意");
    await shot(office, "desk-recovery-asked");
    const adminContext = await browser.newContext({ ...desk, baseURL: server.address });
    const admin = await adminContext.newPage();
    await signIn(admin, "admin");
    await admin.goto("/office/system");
    await admin.getByTestId("recovery-agree").click();
    const code = (await admin.getByTestId("recovery-code").textContent()) ?? "";
    await shot(admin, "desk-recovery-code");
    await phone.getByTestId("recover-code").fill(code.toLowerCase());
    await phone.getByTestId("recover-password").fill("neu-2026-sun");
    await phone.getByTestId("recover-again").fill("neu-2026-sun");
    await phone.getByTestId("recover-open").click();
    await phone.getByTestId("tab-tasks").click({ timeout: 60_000 });
    await expect(phone.getByTestId(`task-${task.id}`)).toBeVisible();
    await adminContext.close();
  });

  const ownDesk = await browser.newContext({ ...desk, baseURL: server.address });
  await test.step("an inspector at a desk has this road too, beside the way back to the own work", async () => {
    const page = await ownDesk.newPage();
    await signIn(page, login);
    await page.getByTestId("tab-sync").click();
    await page.getByTestId("files-desk").click();
    await expect(page.getByTestId("nav-files")).toBeVisible();
    await expect(page.getByTestId("nav-field")).toBeVisible();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide).toBe(0);
    const [nav, room] = await Promise.all(
      [".desk-nav", ".desk-room"].map((part) => page.locator(part).boundingBox()),
    );
    expect(nav!.x + nav!.width).toBeLessThanOrEqual(room!.x);
    await page.getByTestId("files-input").setInputFiles(file);
    await expect(page.getByTestId("files-taken")).toContainText(inspector.name);
    await expect(page.getByTestId("files-faults")).toHaveCount(0);
    await shot(page, "desk-files-inspector");
  });
  for (const one of [context, officeContext, ownDesk]) await one.close();
});
