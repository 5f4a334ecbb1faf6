/**
 * The whole job: the office draws, two inspectors fill in one visit on two phones without any network, one phone
 * is killed, they disagree and settle it, everybody signs what he read, the lead returns, it is corrected and signed
 * off, and the paper says what was said.
 */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "@playwright/test";
import { expect, test } from "@playwright/test";
import { desk, killPhone, openPhone } from "./browser";
import * as hotel from "./hotel";
import type { Found } from "./people";
import * as people from "./people";
import { Server, run } from "./server";

interface Entry {
  kind: string;
  path: string;
  value: { sha256?: string; size?: number; purpose?: string };
}

let server: Server;
let folders: string[];
let phones: BrowserContext[];

test.beforeEach(async () => {
  server = await Server.begin();
  folders = ["a", "b"].map((name) => mkdtempSync(join(tmpdir(), `suicha-phone-${name}-`)));
  phones = [];
});

test.afterEach(async () => {
  for (const phone of phones) await phone.close();
  await server.end();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function phoneOf(n: number): Promise<Page> {
  phones[n] = await openPhone(folders[n]!, server.address);
  return phones[n].pages()[0] ?? (await phones[n].newPage());
}

/** Signs in, gets the task ready for offline work, and cuts the network. */
async function prepared(n: number, login: string, task: Found): Promise<Page> {
  const page = await phoneOf(n);
  await people.signIn(page, login);
  await expect(page.getByTestId(`task-${task.id}`)).toContainText("可离线", {
    timeout: 60_000,
  });
  await people.readyForOffline(page);
  await people.unlockIfAsked(page, login);
  return page;
}

test("a whole inspection, from the draw to the signed paper", async ({ browser }) => {
  test.setTimeout(600_000);
  const officeContext = await browser.newContext({
    ...desk,
    baseURL: server.address,
  });
  const office = await officeContext.newPage();
  await people.signIn(office, "office");
  await people.drawAndDispatch(office);
  const logins = await people.loginsByName(office);
  const task = people.hotelForTwo(await people.tasksOf(office));
  const [first, second] = task.inspectors as [Found["inspectors"][0], Found["inspectors"][0]];

  /** The second inspector reads on his own phone what the first made, and signs there. */
  async function secondSigns(page: Page): Promise<void> {
    const firsts = `[data-testid="sign-${first.person_id}"][data-state="given"]`;
    await people.toSignatures(page, task!, (here) => here.locator(firsts));
    await people.inspectorSigns(page, second.person_id);
    await people.syncAll(page, task!);
  }

  let a = await prepared(0, logins[first.name]!, task);
  const b = await prepared(1, logins[second.name]!, task);
  await server.stop();
  for (const phone of phones) await phone.setOffline(true);

  await test.step("the first phone fills in its part, without network", async () => {
    await a.getByTestId(`task-${task.id}`).click();
    await a.getByTestId("task-start").click();
    await hotel.opening(a);
    await hotel.licenceAndSystem(a);
  });

  await test.step("its browser is killed; nothing that was saved is gone", async () => {
    const before = a.url();
    await killPhone(folders[0]!, phones[0]!);
    a = await phoneOf(0);
    await phones[0]!.setOffline(true);
    await a.goto(server.address);
    await people.unlockIfAsked(a, logins[first.name]!);
    await expect(a).toHaveURL(before, { timeout: 30_000 });
    await people.section(a, "hotel-licence");
    await expect(a.getByTestId("item-HT101")).toHaveAttribute("data-verdict", "pass");
    await people.card(a, "HT101");
    await expect(a.getByTestId("item-HT101").getByTestId("photo-thumb")).toHaveCount(2);
  });

  await test.step("the second phone fills in the rooms, and sees one thing differently", async () => {
    await b.getByTestId(`task-${task.id}`).click();
    await b.getByTestId("task-start").click();
    await people.arrive(b);
    await people.section(b, "hotel-licence");
    await people.choose(b, "HT104", "fail");
    await hotel.finding(b, "HT104");
    await hotel.registration(b);
  });

  await test.step("the network is back; both phones sync by themselves", async () => {
    await server.start();
    for (const phone of phones) await phone.setOffline(false);
    await people.syncAll(a, task);
    await people.syncAll(b, task);
    await people.syncAll(a, task);
  });

  await test.step("the disagreement is shown with both names and settled by a person", async () => {
    await a.getByTestId("conflicts-open").click();
    const conflict = a.getByTestId("conflict-HT104");
    await expect(conflict).toContainText(first.name);
    await expect(conflict).toContainText(second.name);
    await a.getByTestId("conflict-side-0").click();
    await a.getByTestId("conflict-reason-1").click();
    await expect(conflict).toBeHidden();
    await expect(a.getByTestId("trace-HT104")).toBeVisible();
    if ((await a.getByTestId("item-HT104").getAttribute("data-verdict")) !== "pass")
      await people.choose(a, "HT104", "pass");
    await hotel.restOfRegistration(a);
    await hotel.closing(a);
  });

  await test.step("read, signed by the party and by both inspectors, submitted", async () => {
    await people.toRecord(a);
    await people.readRecord(a);
    await people.partySigns(a, "周晓梅");
    await people.inspectorSigns(a, first.person_id);
    await people.syncAll(a, task);
    await secondSigns(b);
    await people.submit(a, task);
  });

  const leadContext = await browser.newContext({
    ...desk,
    viewport: { width: 390, height: 844 },
    baseURL: server.address,
  });
  const lead = await leadContext.newPage();
  await test.step("the lead reads it on a phone and returns it with a comment", async () => {
    await people.signIn(lead, "zhian");
    await lead.getByTestId(`queue-${task.id}`).click();
    await expect(lead.getByTestId("review-settled")).toContainText("当场复核确认");
    await lead.getByTestId("review-section-hotel-front-desk").getByRole("button").first().click();
    await lead.getByTestId("comment-HT702").click();
    await lead.getByTestId("comment-words").fill("请写明抽问的是哪一名前台人员");
    await lead.getByTestId("comment-keep").click();
    await lead.getByTestId("return-open").click();
    await lead.getByTestId("return-text").fill("知识问答一项请核实后更正");
    await lead.getByTestId("return-done").click();
    await expect(lead).toHaveURL(/\/lead$/);
  });

  await test.step("it comes back to the phone with the comment at the item, and is corrected", async () => {
    await people.syncAll(a, task);
    await expect(a.getByTestId("returned-notice")).toContainText("知识问答");
    await a.getByTestId("remark-HT702").click();
    await people.card(a, "HT702");
    await expect(a.getByTestId("item-HT702").getByTestId("item-comment")).toContainText("哪一名前台人员");
    await a.getByTestId("reply-HT702").click();
    await a.getByTestId("reply-words-HT702").fill("抽问的是前台当班人员，五问答对四问");
    await a.getByTestId("reply-done-HT702").click();
    await expect(a.getByTestId("item-HT702").getByTestId("item-comment").last()).toContainText("当班人员");
    await people.type(a, "answer-HT702", "4");
    await people.saved(a);
    await people.toRecord(a);
    await people.readRecord(a);
    await people.inspectorSigns(a, first.person_id);
    await people.syncAll(a, task);
    await secondSigns(b);
    await people.submit(a, task, "当事人已离店，更正内容电话告知并取得同意");
  });

  await test.step("the lead signs it off", async () => {
    await lead.reload();
    await lead.getByTestId(`queue-${task.id}`).click();
    await lead.getByTestId("sign-off-open").click();
    await expect(lead.getByTestId("sign-off-done")).toBeDisabled();
    await lead.getByTestId("sign-off-text").fill("更正属实，已电话向当事人核实");
    await lead.getByTestId("sign-off-done").click();
    await expect(lead).toHaveURL(/\/lead$/);
  });

  await test.step("every photo lies on the server byte for byte as the phone hashed it", async () => {
    const record = (await (await lead.request.get(`/api/review/inspections/${task.id}`)).json()) as {
      entries: Entry[];
    };
    const photos = record.entries.filter((one) => one.kind === "evidence" && one.value.purpose === "photo");
    expect(photos.length).toBeGreaterThanOrEqual(5);
    for (const { value } of photos) {
      const sha = value.sha256!;
      const bytes = readFileSync(join(server.instance, "blobs", sha.slice(0, 2), sha));
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha);
      expect(bytes.length).toBe(value.size);
    }
  });

  await test.step("the office prints the record, with answers, names and both inspectors", async () => {
    await office.getByTestId("nav-records").click();
    const coming = office.waitForEvent("download", { timeout: 90_000 });
    await office.getByTestId(`pdf-${task.id}`).click();
    const file = join(server.instance, "record.pdf");
    await (await coming).saveAs(file);
    const words = run(
      [
        "-c",
        "import sys,pypdf; print(''.join(p.extract_text() for p in pypdf.PdfReader(sys.argv[1]).pages))",
        file,
      ],
      process.env,
    );
    const text = words.replace(/\s/g, "");
    for (const expected of [
      task.subject.name,
      first.name,
      second.name,
      "周晓梅",
      "客房",
      "未登记1人",
      "第1页",
    ]) {
      expect(text).toContain(expected.replace(/\s/g, ""));
    }
    writeFileSync(file, "");
  });
});
