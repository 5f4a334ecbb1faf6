/**
 * What no careful inspector can prevent, on a real browser and a real server: the office restores the server from last
 * night's backup, somebody puts an old copy of the phone back, its clock is a year off, its memory is full. Each time
 * nothing is lost, and the screen says what happened.
 */
import { cpSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "@playwright/test";
import { desk, openPhone } from "./browser";
import type { Found } from "./people";
import { onePhone } from "./one-phone";
import * as people from "./people";

const YEAR_MS = 365 * 86_400_000;

interface Entry {
  id: string;
  kind: string;
  path: string;
  value: unknown;
  skew_ms: number;
}

const at = onePhone();

async function opened(login: string): Promise<Page> {
  at.phone = await openPhone(join(at.folder, "phone"), at.server.address);
  const page = at.phone.pages()[0] ?? (await at.phone.newPage());
  await page.goto("/");
  await people.unlockIfAsked(page, login);
  return page;
}

/** The entries of the inspection as its brigade lead reads them. */
async function stored(office: Page, task: Found): Promise<Entry[]> {
  const answer = await office.request.get(`/api/review/inspections/${task.id}`);
  expect(answer.ok()).toBe(true);
  return ((await answer.json()) as { entries: Entry[] }).entries;
}

/** A power cut, an empty disk, and last night's backup with the key out of the safe. */
async function restoredFromBackup(backup: string): Promise<void> {
  const key = join(at.folder, "key-from-the-safe");
  writeFileSync(key, at.server.flask(["backup", "key"]).trim().split("\n").at(-1) ?? "");
  await at.server.kill();
  renameSync(at.server.instance, join(at.folder, "burnt"));
  at.server.flask(["backup", "restore", backup, "--key-file", key]);
  await at.server.start();
}

test("nothing is lost to a restored server, an old copy of the phone, a wrong clock or a full disk", async ({
  browser,
}) => {
  test.setTimeout(360_000);
  const office = await (await browser.newContext({ ...desk, baseURL: at.server.address })).newPage();
  await people.signIn(office, "office");
  const logins = await people.loginsByName(office);
  const task = (await people.tasksOf(office)).find(({ subject }) => subject.trade === "hotel");
  if (task === undefined) throw new Error("the draw gave no hotel");
  const login = logins[task.inspectors[0]!.name]!;
  const lead = await (await browser.newContext({ ...desk, baseURL: at.server.address })).newPage();
  await people.signIn(lead, "zhian");

  let page = await opened(login);
  await expect(page.getByTestId(`task-${task.id}`)).toContainText("可离线", {
    timeout: 60_000,
  });
  await people.readyForOffline(page);
  await people.unlockIfAsked(page, login);
  await people.visit(page, task);
  await people.arrive(page);
  await people.saved(page);
  await people.syncAll(page, task);

  const backups = join(at.folder, "backups");
  const backup = await test.step("last night's backup, and an old copy of the phone", async () => {
    const told = at.server.flask(["backup", "create", backups]);
    await at.phone!.close();
    cpSync(join(at.folder, "phone"), join(at.folder, "old copy"), {
      recursive: true,
    });
    return /完成并已校验：(.+?)，/.exec(told)![1]!;
  });

  await test.step("today's work reaches the bureau", async () => {
    page = await opened(login);
    await people.visit(page, task);
    await people.section(page, "hotel-licence");
    await people.choose(page, "HT101", "held");
    await people.shoot(page, "photo-HT101");
    await people.choose(page, "HT104", "pass");
    await people.saved(page);
    await people.syncAll(page, task);
  });
  const before = await stored(lead, task);
  expect(before.filter(({ kind }) => kind === "evidence")).toHaveLength(1);

  await test.step("the server comes back from the backup: the phone brings the day again, and says so", async () => {
    await restoredFromBackup(backup);
    const forgotten = await stored(lead, task);
    expect(forgotten.length).toBeLessThan(before.length);
    // Its session, too, is younger than the backup.
    await people.place(page, "sync");
    await page.getByTestId("sync-now").click();
    await expect(page.getByTestId("state-network")).toContainText("需重新登录");
    await page.getByTestId("relogin-open").click();
    await page.getByTestId("relogin-password").fill(people.PASSWORD);
    await page.getByTestId("relogin-submit").click();
    const photo = before.find(({ kind }) => kind === "evidence")!.value as {
      sha256: string;
    };
    await expect(async () => {
      const after = (await stored(lead, task)).map(({ id }) => id);
      expect(after).toEqual(expect.arrayContaining(before.map(({ id }) => id)));
      expect(new Set(after).size).toBe(after.length);
      expect((await lead.request.get(`/api/evidence/blobs/${photo.sha256}`)).ok()).toBe(true);
    }).toPass({ timeout: 60_000 });
    await people.place(page, "tasks");
    await expect(page.getByTestId("notice-epoch_changed")).toContainText("已全部重新核对，无遗漏");
    await page.getByTestId("notice-epoch_changed").getByRole("button").click();
  });

  await test.step("an old copy of the phone: both branches stay, in one chain from now on, and it says so", async () => {
    await at.phone!.close();
    rmSync(join(at.folder, "phone"), { recursive: true });
    renameSync(join(at.folder, "old copy"), join(at.folder, "phone"));
    page = await opened(login);
    await at.phone!.setOffline(true);
    await people.visit(page, task);
    await people.section(page, "closing");
    await people.choose(page, "CM90", "full");
    await people.saved(page);
    await at.phone!.setOffline(false);
    await people.syncAll(page, task);
    await people.place(page, "tasks");
    await expect(page.getByTestId("notice-profile_restored")).toContainText("从备份还原");
    await people.visit(page, task);
    await people.section(page, "hotel-licence");
    await expect(page.getByTestId("item-HT101").locator(".photo--shown")).toHaveCount(1);
    await people.card(page, "HT104");
    await expect(page.getByTestId("answer-HT104-pass")).toHaveAttribute("aria-checked", "true");
    const paths = (await stored(lead, task)).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(["CM08", "HT101", "HT104", "CM90"]));
  });

  await test.step("a clock that is a year ahead: the record says by how much, and the screen says so", async () => {
    await page.clock.install({ time: Date.now() + YEAR_MS });
    await page.reload();
    await people.unlockIfAsked(page, login);
    await people.visit(page, task);
    await people.section(page, "closing");
    await people.choose(page, "CM99", "read");
    await people.saved(page);
    await people.syncAll(page, task);
    await people.place(page, "tasks");
    await expect(page.getByTestId("notice-clock_wrong")).toContainText("自动设置时间");
    const read = (await stored(lead, task)).find(({ path }) => path === "CM99")!;
    expect(Math.abs(read.skew_ms + YEAR_MS)).toBeLessThan(60_000);
    await at.phone!.close();
  });

  await test.step("a full disk: no photo is promised, and what could not be saved stays in the field", async () => {
    page = await opened(login);
    await people.visit(page, task);
    await people.section(page, "hotel-licence");
    const disk = await page.evaluateHandle(fillable);
    await disk.evaluate((it) => (it.state = "nearly full"));
    await people.card(page, "HT101");
    await page.getByTestId("photo-HT101").click();
    await expect(page.getByText("手机空间不足，暂停拍照")).toBeVisible();
    await people.choose(page, "HT104", "fail");
    await people.saved(page);

    await disk.evaluate((it) => (it.state = "roomy"));
    await people.card(page, "HT101");
    await page.getByTestId("photo-HT101").click();
    await expect(page.getByTestId("camera-shutter")).toBeEnabled({
      timeout: 20_000,
    });
    await disk.evaluate((it) => (it.state = "full"));
    await page.getByTestId("camera-shutter").click();
    await expect(page.getByTestId("camera")).toContainText("手机空间不足，没有保存");
    await page.getByTestId("shot-again").click();
    await expect(page.getByTestId("shot-again")).toBeVisible();
    await page.goBack();
    await expect(page.getByTestId("camera-unkept")).toContainText("1 张照片没有保存");
    await disk.evaluate((it) => (it.state = "roomy"));
    await page.getByTestId("camera-unkept-keep").click();
    await expect(page.getByTestId("camera")).toBeHidden();

    await disk.evaluate((it) => (it.state = "full"));
    await people.section(page, "hotel-front-desk");
    await people.card(page, "HT702");
    await people.type(page, "answer-HT702", "4");
    await expect(page.getByTestId("saved")).toHaveText("未保存");
    await expect(page.getByTestId("answer-HT702")).toHaveValue("4");

    await disk.evaluate((it) => (it.state = "roomy"));
    await page.getByTestId("answer-HT702").fill("5");
    await page.getByTestId("answer-HT702").blur();
    await people.saved(page);
    await people.syncAll(page, task);
    expect((await stored(lead, task)).find(({ path }) => path === "HT702")?.value).toBe(5);
  });
});

/**
 * In the page: a disk that can be made nearly full, as the browser estimates it, and full, so that it refuses every
 * write. (A quota cannot be set from outside: this Chromium says ten gigabytes whatever it is told.)
 */
function fillable(): { state: "roomy" | "nearly full" | "full" } {
  const disk: { state: "roomy" | "nearly full" | "full" } = { state: "roomy" };
  const estimate = navigator.storage.estimate.bind(navigator.storage);
  navigator.storage.estimate = async () =>
    disk.state === "nearly full" ? { usage: 9_990_000_000, quota: 10_000_000_000 } : await estimate();
  for (const name of ["put", "add"] as const) {
    const write = IDBObjectStore.prototype[name];
    IDBObjectStore.prototype[name] = function (this: IDBObjectStore, ...words) {
      if (disk.state === "full") throw new DOMException("the disk is full", "QuotaExceededError");
      return write.apply(this, words);
    };
  }
  return disk;
}
