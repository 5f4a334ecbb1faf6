/**
 * What must not be in the record, and what must be seen of it: the words of a phone that was revoked are kept apart,
 * and both it and the lead say so; a photo that should never have been taken is erased by lead and legal office
 * together, and its hash stays.
 */
import type { Page } from "@playwright/test";
import { expect, test } from "@playwright/test";
import { desk, openPhone, phone as handheld } from "./browser";
import { onePhone } from "./one-phone";
import * as people from "./people";

const at = onePhone();

/** A button of the office's browser, pressed by hand elsewhere: what it sends, with the token of its session. */
async function post(page: Page, path: string, data: object): Promise<void> {
  const session = await (await page.request.get("/api/session")).json();
  const answer = await page.request.post(path, { data, headers: { "X-CSRF-Token": session.csrf } });
  expect(answer.ok(), await answer.text()).toBe(true);
}

test("a revoked phone is heard apart, and a photo is erased by two", async ({ browser }) => {
  test.setTimeout(300_000);
  const atDesk = { ...desk, baseURL: at.server.address };
  const office = await (await browser.newContext(atDesk)).newPage();
  await people.signIn(office, "office");
  const logins = await people.loginsByName(office);
  const task = people.hotelForTwo(await people.tasksOf(office));
  const inspector = task.inspectors[0]!;

  at.phone = await openPhone(at.folder, at.server.address);
  const page = at.phone.pages()[0] ?? (await at.phone.newPage());
  await people.signIn(page, logins[inspector.name]!);
  await people.visit(page, task);
  await people.arrive(page);
  await people.section(page, "hotel-licence");
  await people.choose(page, "HT101", "held");
  await people.shoot(page, "photo-HT101");
  await people.saved(page);
  await people.syncAll(page, task);

  const lead = await (await browser.newContext({ ...handheld, baseURL: at.server.address })).newPage();
  await people.signIn(lead, "zhian");

  await test.step("the office revokes the phone while it is out of reach", async () => {
    await at.phone!.setOffline(true);
    await people.section(page, "hotel-licence");
    await people.choose(page, "HT104", "fail");
    await people.saved(page);
    const devices = await (await office.request.get("/api/devices")).json();
    const own = (devices as { id: string; person_id: string; revoked_at: string | null }[]).filter(
      (one) => one.person_id === inspector.person_id && one.revoked_at === null,
    );
    for (const { id } of own) await post(office, `/api/devices/${id}/revocation`, { reason: "手机遗失" });
    await at.phone!.setOffline(false);
  });

  await test.step("its words are kept apart, and the phone says what that means", async () => {
    await people.place(page, "sync");
    await page.getByTestId("sync-now").click();
    await expect(page.getByTestId("sync-page")).toContainText("另行保存", { timeout: 60_000 });
    await expect(page.getByTestId("sync-page")).toContainText("未丢失");
  });

  await test.step("the lead reads them beside the record, not in it", async () => {
    await lead.goto("/lead");
    await expect(lead.getByTestId(`queue-${task.id}`).getByTestId("queue-apart")).toBeVisible();
    await lead.goto(`/lead/${task.id}`);
    await expect(lead.getByTestId("apart")).toContainText(inspector.name);
    await expect(lead.getByTestId("apart")).toContainText("设备已停用");
  });

  await test.step("the office is told as well", async () => {
    await office.goto("/office");
    await expect(office.getByTestId("desk-apart")).toBeVisible();
  });

  await test.step("and the lead's desk leads to the visit itself", async () => {
    await lead.goto("/office");
    await lead.getByTestId("desk-apart").click();
    await expect(lead.getByTestId("apart")).toContainText(inspector.name);
  });

  await test.step("the lead asks for a photo to be erased", async () => {
    await lead.getByTestId("photo-thumb").first().click();
    await lead.getByTestId("erase-open").click();
    await lead.getByTestId("erase-reason").fill("拍到了无关旅客");
    await lead.getByTestId("erase-done").click();
    await expect(lead.getByTestId("erase-asked")).toContainText("拍到了无关旅客");
  });

  await test.step("the legal office sees it and agrees: the bytes go, the hash stays", async () => {
    const legal = await (await browser.newContext(atDesk)).newPage();
    await people.signIn(legal, "legal");
    const waiting = legal.getByTestId("desk-erasure");
    await expect(waiting).toContainText("拍到了无关旅客");
    const [row] = await (await legal.request.get("/api/evidence/erasures")).json();
    await expect(waiting.locator("img")).toHaveJSProperty("complete", true);
    await legal.getByTestId("erasure-look").click();
    await expect(legal.getByTestId("photo-viewer").locator("canvas")).toBeVisible();
    await expect(legal.getByTestId("photo-viewer")).toContainText(task.number);
    await legal.getByTestId("photo-viewer").getByRole("button", { name: "关闭" }).click();
    await legal.getByTestId("erasure-agree").click();
    await legal.locator(".el-message-box").getByRole("button", { name: "同意删除" }).click();
    await expect(waiting).toBeHidden();
    const blob = `/api/evidence/blobs/${row.sha256}`;
    expect((await lead.request.get(blob)).status()).toBe(410);
    await lead.goto(`/lead/${task.id}`);
    await lead.getByTestId("photo-thumb").first().click();
    const words = lead.getByTestId("photo-viewer").getByTestId("photo-erased");
    await expect(words).toContainText("照片已依法删除");
    await expect(words).toContainText("拍到了无关旅客");
    const box = (await words.boundingBox())!;
    const screen = lead.viewportSize()!;
    expect(box.width, "the words have room to be read").toBeGreaterThan(240);
    expect(box.height).toBeGreaterThan(100);
    expect(Math.abs(box.x + box.width / 2 - screen.width / 2), "in the middle").toBeLessThan(20);
    const record = await (await lead.request.get(`/api/review/inspections/${task.id}`)).json();
    expect(JSON.stringify(record.entries)).toContain(row.sha256);
  });
});
