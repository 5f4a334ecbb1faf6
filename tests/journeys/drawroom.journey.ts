/**
 * The draw room: a sealed draw with a witness on his own phone, seen on the wall and on the phone; one holder opens the
 * seal early, and what the wall then turns up is what stands in the record.
 */
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import type { Page } from "@playwright/test";
import { desk, phone } from "./browser";
import { enterSource, fillAnnouncement, signIn } from "./people";
import { Server } from "./server";

interface Row {
  id: string;
}
interface Record {
  seed: string;
  strata: { drawn: Row[]; alternates: Row[] }[];
  tasks: { task: string }[];
}

/** Set to a folder to keep pictures of what the room looked like. */
const PICTURES = process.env.SUICHA_ROOM_PICTURES;
const HOLDERS = ["县公安局政工室", "县司法局执法监督股"] as const;

let server: Server;

test.beforeEach(async () => {
  server = await Server.begin();
});

test.afterEach(async () => {
  await server.end();
});

async function picture(page: Page, name: string): Promise<void> {
  if (!PICTURES) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), animations: "disabled" });
}

/** The announcement of a sealed draw; answers with the share on the second holder's slip. */
async function announceSealed(office: Page): Promise<string> {
  await fillAnnouncement(office, 12);
  await office.getByTestId("announce-more").click();
  await office.getByTestId("with-seal").click();
  await office.getByTestId("holder-1").fill(HOLDERS[0]);
  await office.getByTestId("holder-2").fill(HOLDERS[1]);
  await picture(office, "announce");
  await office.getByTestId("announce").click();
  await office.getByTestId("seal-show").click();
  const slip = office.getByTestId("slip").nth(1);
  await expect(slip).toContainText(HOLDERS[1]);
  await picture(office, "announced");
  return ((await slip.locator(".room-hex").textContent()) ?? "").replace(/\s/g, "");
}

/** Steps through the show from its beginning; answers with the premises in the order in which they turned up. */
async function turnUp(
  page: Page,
  name: string,
): Promise<{ drawn: string[]; above: string[]; visits: number }> {
  const drawn: string[] = [];
  const above: string[] = [];
  let visits = 0;
  await page.keyboard.press("Home");
  const ids = async (name: string): Promise<string[]> =>
    await page.getByTestId(name).evaluateAll((rows) => rows.map((row) => row.getAttribute("data-id") ?? ""));
  while (await page.getByTestId("room-next").isEnabled()) {
    const before = await page.getByTestId("room-progress").textContent();
    await page.keyboard.press("ArrowRight");
    await expect(page.getByTestId("room-progress")).not.toHaveText(before ?? "");
    await picture(page, `${name}-${(await page.getByTestId("room").getAttribute("data-scene")) ?? ""}`);
    if (await page.getByTestId("room-line").isVisible()) {
      for (const id of await ids("room-drawn")) if (!drawn.includes(id)) drawn.push(id);
      for (const id of await ids("room-above")) above.push(id);
    }
    visits = Math.max(visits, await page.getByTestId("room-visit").count());
  }
  return { drawn, above, visits };
}

test("what the room turns up is what the record says, once a holder has opened the seal", async ({
  browser,
}) => {
  const officeContext = await browser.newContext({ ...desk, baseURL: server.address });
  const phoneContext = await browser.newContext({ ...phone, baseURL: server.address });
  const [office, witness] = [await officeContext.newPage(), await phoneContext.newPage()];
  await signIn(office, "office");
  const share = await announceSealed(office);
  const link = (await office.getByTestId("link-witness").textContent()) ?? "";

  await witness.goto(link);
  await picture(witness, "phone-asked");
  await witness.getByTestId("witness-number").fill("2026 叶县");
  await witness.getByTestId("witness-send").click();
  await expect(witness.getByTestId("witness-done")).toContainText("2026 叶县");

  // The office's browser reveals by itself; the wall shows both, and asks for the public number.
  await office.getByTestId("to-room").click();
  await expect(office.getByTestId("room-party-office")).toContainText("与事先公布的承诺相符");
  await expect(office.getByTestId("room-party-witness")).toContainText("2026 叶县");
  await picture(office, "wall-waiting");
  await enterSource(office);

  // The result is sealed: on the wall and on the phone stands its digest, and nothing else.
  const digest = office.getByTestId("room-digest");
  await expect(office.getByTestId("scene-sealed")).toBeVisible();
  await picture(office, "wall-sealed");
  const published = ((await digest.textContent()) ?? "").replace(/\s/g, "");
  await expect(witness.getByTestId("scene-sealed")).toBeVisible();
  await expect(witness.getByTestId("room-digest")).toHaveText((await digest.textContent()) ?? "");
  await picture(witness, "phone-sealed");
  const number = await readNumber(office);
  expect((await witness.request.get(`/api/drawing/records/${number}`)).status()).toBe(403);

  // The second holder alone opens it, with a reason.
  await office.keyboard.press("Escape");
  await office.getByTestId("release-open").click();
  await office.getByTestId("release-holder").click();
  await office.getByRole("option", { name: HOLDERS[1] }).click();
  await office.getByTestId("release-reason").fill("检查已全部完成");
  await office.getByTestId("release-share").fill(share);
  await office.getByTestId("release-send").click();
  await expect(office.getByTestId("seal-state")).toContainText("检查已全部完成");
  await picture(office, "released");

  const answer = await witness.request.get(`/api/drawing/records/${number}`);
  const bytes = await answer.body();
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(published);
  const record = JSON.parse(bytes.toString()) as Record;
  await office.getByTestId("to-room").click();
  await expect(office.getByTestId("room")).toBeVisible();
  const seen = await turnUp(office, "wall");
  expect(seen.drawn).toEqual([...new Set(record.strata.flatMap((one) => one.drawn.map((row) => row.id)))]);
  expect(seen.above).toEqual(record.strata.flatMap((one) => one.alternates.map((row) => row.id)));
  expect(seen.visits).toBe(record.tasks.length);
  await expect(office.getByTestId("room-fits")).toBeVisible();

  await witness.reload();
  await expect(witness.getByTestId("scene-opening")).toBeVisible();
  await picture(witness, "phone-opening");
  if (PICTURES) await turnUp(witness, "phone");
  else await witness.getByTestId("room-end").click();
  await expect(witness.getByTestId("room-fits")).toBeVisible();
  await officeContext.close();
  await phoneContext.close();
});

async function readNumber(page: Page): Promise<number> {
  const rows = (await (await page.request.get("/api/drawing/chain")).json()) as {
    number: number;
    kind: string;
  }[];
  return rows.find((row) => row.kind === "certificate")?.number ?? 0;
}
