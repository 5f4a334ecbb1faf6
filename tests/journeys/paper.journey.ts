/** The phone had no charge: the visit was made on paper, and is typed in as what it is, to the printed record. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "@playwright/test";
import { expect, test } from "@playwright/test";
import { desk, openPhone, phone } from "./browser";
import * as hotel from "./hotel";
import * as people from "./people";
import { Server, run } from "./server";

let server: Server;
let memory: string;
let phones: BrowserContext[];

test.beforeEach(async () => {
  memory = mkdtempSync(join(tmpdir(), "suicha-paper-"));
  server = await Server.afterDraw();
  phones = [];
});

test.afterEach(async () => {
  for (const one of phones) await one.close();
  await server.end();
  rmSync(memory, { recursive: true, force: true });
});

async function phoneOf(name: string, login: string): Promise<Page> {
  const context = await openPhone(join(memory, name), server.address, phone);
  phones.push(context);
  const page = context.pages()[0] ?? (await context.newPage());
  await people.signIn(page, login);
  return page;
}

/** The first page of a scanned form, as a scanner at the desk saves it. */
function scan(): Buffer {
  const file = join(memory, "scan.png");
  const words =
    "from PIL import Image; import sys; Image.new('RGB', (1240, 1754), 'white').save(sys.argv[1])";
  run(["-c", words, file], process.env);
  return readFileSync(file);
}

function textOf(pdf: string): string {
  const words =
    "import sys,pypdf; print(''.join(p.extract_text() for p in pypdf.PdfReader(sys.argv[1]).pages))";
  return run(["-c", words, pdf], process.env).replace(/\s/g, "");
}

/** Wall time in China, minutes from now, as the browser's field takes it. */
const wall = (minutes: number): string =>
  new Date(Date.now() + minutes * 60_000 + 8 * 3_600_000).toISOString().slice(0, 16);

test("a visit made on paper is typed in, signed on paper by the party, and printed as what it is", async ({
  browser,
}) => {
  test.setTimeout(480_000);
  const office = await (await browser.newContext({ ...desk, baseURL: server.address })).newPage();
  await people.signIn(office, "office");
  const logins = await people.loginsByName(office);
  const task = people.hotelForTwo(await people.tasksOf(office));
  const [first, second] = task.inspectors as [people.Found["inspectors"][0], people.Found["inspectors"][0]];
  const page = await phoneOf("a", logins[first.name]!);

  await test.step("the form is photographed and scanned, and its times are typed", async () => {
    await page.getByTestId(`task-${task.id}`).click();
    await page.getByTestId("task-start").click();
    await page.getByTestId("to-paper").click();
    await page.getByTestId("paper-from").fill(wall(-90));
    await page.getByTestId("paper-to").fill(wall(10));
    await expect(page.getByTestId("paper-begin")).toBeDisabled();
    await page.getByTestId("paper-to").fill(wall(-30));
    await expect(page.getByTestId("paper-begin"), "without a picture nothing is typed in").toBeDisabled();
    await people.shoot(page, "photo-VISIT");
    const file = { name: "scan.png", mimeType: "image/png", buffer: scan() };
    await page.getByTestId("paper-scans-input").setInputFiles(file);
    await expect(page.getByTestId("paper").getByTestId("photo-thumb")).toHaveCount(2);
    await page.getByTestId("paper-begin").click();
    await expect(page.getByTestId("arrive-card")).toContainText("按纸质检查表补录");
    await page.getByTestId("to-paper").click();
    await expect(page.getByTestId("paper-done")).toBeVisible();
    await page.getByTestId("back").click();
  });

  await test.step("its answers are typed in like those of any visit", async () => {
    await people.visit(page, task);
    await hotel.openingAnswers(page);
    await hotel.licenceAndSystem(page);
    await hotel.registration(page);
    await hotel.restOfRegistration(page);
    await hotel.closing(page);
  });

  await test.step("the party has signed on paper, the inspectors sign on their phones", async () => {
    await people.toRecord(page);
    await people.readRecord(page);
    await page.getByTestId("party-begin").click();
    await page.getByTestId("party-name").fill("周晓梅");
    await page.getByTestId("party-on-paper").click();
    await expect(page.getByTestId("sign-party")).toHaveAttribute("data-state", "given");
    await people.inspectorSigns(page, first.person_id);
    await people.syncAll(page, task);
    const other = await phoneOf("b", logins[second.name]!);
    await expect(other.getByTestId(`task-${task.id}`)).toContainText("可离线", { timeout: 60_000 });
    await people.visit(other, task);
    const firsts = `[data-testid="sign-${first.person_id}"][data-state="given"]`;
    await people.toSignatures(other, task, (here) => here.locator(firsts));
    await people.inspectorSigns(other, second.person_id);
    await people.syncAll(other, task);
    await people.submit(page, task);
  });

  await test.step("the lead signs it off, and the printed record says that it was on paper", async () => {
    const lead = await (await browser.newContext({ ...desk, baseURL: server.address })).newPage();
    await people.signIn(lead, "zhian");
    await lead.getByTestId(`queue-${task.id}`).click();
    await lead.getByTestId("sign-off-open").click();
    await lead.getByTestId("sign-off-done").click();
    await expect(lead).toHaveURL(/\/lead$/);
    await office.getByTestId("nav-records").click();
    const coming = office.waitForEvent("download", { timeout: 90_000 });
    await office.getByTestId(`pdf-${task.id}`).click();
    const file = join(memory, "record.pdf");
    await (await coming).saveAs(file);
    const text = textOf(file);
    for (const expected of ["检查时使用纸质检查表", "纸质检查表照片2张附卷", "签名见纸质检查表", "周晓梅"])
      expect(text).toContain(expected);
  });
});
