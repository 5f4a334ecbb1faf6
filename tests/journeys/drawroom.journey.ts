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
import { enterSource, fillAnnouncement, signIn, wall } from "./people";
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

const SCENES = ["commitment", "number", "reveal", "absent", "source", "seed", "tickets", "deal", "closing"];

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

/** One more row of the ceremony. */
async function addParty(office: Page, at: number, label: string, kind: string): Promise<void> {
  await office.getByTestId("more-parties").click();
  await office.getByTestId(`more-${at}-label`).fill(label);
  await office.getByTestId(`more-${at}-kind`).click();
  await office.getByRole("option", { name: kind }).filter({ visible: true }).click();
}

/** The announcement of a sealed draw with four parties; answers with the share on the second holder's slip. */
async function announceSealed(office: Page): Promise<string> {
  await fillAnnouncement(office, 60);
  await addParty(office, 0, "县纪委监委派驻组", "事先承诺的随机数");
  await addParty(office, 1, "县融媒体中心", "自己想的数字");
  await office.getByTestId("announce-more").click();
  await office.getByTestId("with-seal").click();
  await office.getByTestId("holder-1").fill(HOLDERS[0]);
  await office.getByTestId("holder-2").fill(HOLDERS[1]);
  await picture(office, "announce");
  // Nobody may speak after this moment: it has to be time enough for two phones.
  await office.getByTestId("source-moment").fill(wall(Date.now() + 30_000));
  await office.getByTestId("announce").click();
  await office.getByTestId("seal-show").click();
  const slip = office.getByTestId("slip").nth(1);
  await expect(slip).toContainText(HOLDERS[1]);
  await picture(office, "announced");
  return ((await slip.locator(".room-hex").textContent()) ?? "").replace(/\s/g, "");
}

/** Whoever sits far from the wall can read every card: what has to be done lies over none, on a small screen neither. */
async function nothingCovered(page: Page): Promise<void> {
  const before = page.viewportSize();
  for (const size of [
    { width: 1280, height: 800 },
    { width: 390, height: 844 },
  ]) {
    await page.setViewportSize(size);
    await page.locator(".room-party").last().scrollIntoViewIfNeeded();
    const [scene, desk] = [
      await page.locator(".room-scene").boundingBox(),
      await page.locator(".room-desk").boundingBox(),
    ];
    if (!scene || !desk) throw new Error("the wall has no scene or no desk");
    expect(scene.x + scene.width <= desk.x || scene.y + scene.height <= desk.y).toBe(true);
    await picture(page, `wall-${size.width}`);
  }
  if (before) await page.setViewportSize(before);
}

interface Seen {
  drawn: string[];
  above: string[];
  visits: number;
  scenes: string[];
}

/** Steps through the show with the arrow key; answers with what turned up, in its order. */
async function turnUp(page: Page): Promise<Seen> {
  await page.keyboard.press("Home");
  await expect(page.getByTestId("scene-opening")).toBeVisible();
  return await page.evaluate(async () => {
    const all = (name: string): Element[] => Array.from(document.querySelectorAll(`[data-testid="${name}"]`));
    const ids = (name: string): string[] => all(name).map((row) => row.getAttribute("data-id") ?? "");
    const seen: Seen = { drawn: [], above: [], visits: 0, scenes: [] };
    while (document.querySelector('[data-testid="room-next"]:enabled') !== null) {
      window.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
      await new Promise(requestAnimationFrame);
      const scene = document.querySelector("[data-scene]")?.getAttribute("data-scene") ?? "";
      if (!seen.scenes.includes(scene)) seen.scenes.push(scene);
      if (document.querySelector('[data-testid="room-line"]') !== null) {
        for (const id of ids("room-drawn")) if (!seen.drawn.includes(id)) seen.drawn.push(id);
        seen.above.push(...ids("room-above"));
      }
      seen.visits = Math.max(seen.visits, all("room-visit").length);
    }
    return seen;
  });
}

/** For the eye: every kind of scene, as it looks at last. */
async function gallery(page: Page, name: string): Promise<void> {
  if (!PICTURES) return;
  await page.keyboard.press("Home");
  while (await page.getByTestId("room-next").isEnabled()) {
    await page.keyboard.press("ArrowRight");
    await picture(page, `${name}-${(await page.getByTestId("room").getAttribute("data-scene")) ?? ""}`);
  }
}

test("what the room turns up is what the record says, once a holder has opened the seal", async ({
  browser,
}) => {
  const officeContext = await browser.newContext({ ...desk, baseURL: server.address });
  const phoneContext = await browser.newContext({ ...phone, baseURL: server.address });
  const office = await officeContext.newPage();
  const witness = await phoneContext.newPage();
  const second = await phoneContext.newPage();
  await signIn(office, "office");
  const share = await announceSealed(office);
  const link = async (party: string): Promise<string> =>
    (await office.getByTestId(`link-${party}`).textContent()) ?? "";

  // The second committed party is on a phone too; the press did not come.
  await second.goto(await link("party-1"));
  await second.getByTestId("witness-commit").click();
  await expect(second.getByTestId("room-party-party-1")).toContainText("已承诺");
  await office.getByTestId("absent-party-2").click();
  await office.getByTestId("absent-party-2-sure").click();
  await expect(office.getByTestId("party-party-2")).toBeHidden();

  await witness.goto(await link("witness"));
  await picture(witness, "phone-asked");
  await witness.getByTestId("witness-number").fill("2026 叶县");
  await witness.getByTestId("witness-send").click();
  await expect(witness.getByTestId("witness-done")).toContainText("2026 叶县");

  // Everybody is ready: the office's browser and the second phone reveal by themselves; the wall shows it.
  await office.getByTestId("to-room").click();
  for (const party of ["office", "party-1"])
    await expect(office.getByTestId(`room-party-${party}`)).toContainText("与事先公布的承诺相符");
  await expect(office.getByTestId("room-party-party-2")).toContainText("缺席");
  await expect(office.getByTestId("room-party-witness")).toContainText("2026 叶县");
  await nothingCovered(office);
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
  await expect(office.getByTestId("seal-title")).toHaveText("结果已公开");
  await picture(office, "released");

  const answer = await witness.request.get(`/api/drawing/records/${number}`);
  const bytes = await answer.body();
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(published);
  const record = JSON.parse(bytes.toString()) as Record;
  await office.getByTestId("to-room").click();
  await expect(office.getByTestId("room")).toBeVisible();
  const seen = await turnUp(office);
  expect(seen.drawn).toEqual([...new Set(record.strata.flatMap((one) => one.drawn.map((row) => row.id)))]);
  expect(seen.above).toEqual(record.strata.flatMap((one) => one.alternates.map((row) => row.id)));
  expect(seen.visits).toBe(record.tasks.length);
  expect(seen.scenes).toEqual(SCENES);
  await expect(office.getByTestId("room-fits")).toBeVisible();
  await gallery(office, "wall");

  await witness.reload();
  await expect(witness.getByTestId("scene-opening")).toBeVisible();
  await picture(witness, "phone-opening");
  await gallery(witness, "phone");
  if (!PICTURES) await witness.getByTestId("room-end").click();
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
