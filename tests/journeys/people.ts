/** What the people of the journeys do with their hands: the office draws, inspectors fill in, a lead decides. */
import { expect } from "@playwright/test";
import type { Locator, Page } from "@playwright/test";

export const PASSWORD = "suicha-demo";

/** Types name and password at the door; whosever turn it is on this phone, by name. */
export async function enter(page: Page, login: string, password = PASSWORD): Promise<void> {
  const form = page.getByTestId("login-form");
  await expect(form).toBeVisible({ timeout: 30_000 });
  if ((await form.getAttribute("data-mode")) === "unlock") await page.getByTestId("login-other").click();
  await page.getByTestId("login-name").fill(login);
  await page.getByTestId("login-password").fill(password);
  await page.getByTestId("login-submit").click();
}

/** Signs somebody in; resolves on the first page of his work. */
export async function signIn(page: Page, login: string): Promise<void> {
  await page.goto("/");
  await enter(page, login);
  await expect(page.getByTestId("login-form")).toBeHidden({ timeout: 60_000 });
}

/** Wall time in China, as the browser's time field takes it. */
export function wall(ms: number): string {
  return new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19);
}

/** The announcement of the default ceremony, its public number a little later. */
export async function fillAnnouncement(office: Page, seconds: number): Promise<void> {
  await office.getByTestId("desk-draw").click();
  await office.getByTestId("witness-name").fill("马德明");
  await office.getByTestId("witness-post").fill("县司法局执法监督股");
  await office.getByTestId("source-name").fill("福彩3D当日开奖号码");
  await office.getByTestId("source-moment").fill(wall(Date.now() + seconds * 1_000));
}

/** The public number, as soon as it exists; the draw follows by itself. */
export async function enterSource(office: Page): Promise<void> {
  await office.getByTestId("source-text").fill("5 8 1");
  await office.getByTestId("source-again").fill("5 8 1");
  await expect(office.getByTestId("source-send")).toBeEnabled({ timeout: 45_000 });
  await office.getByTestId("source-send").click();
}

/** The office holds the default ceremony at its desk: its own number, a witness, a public number; then dispatches. */
export async function drawAndDispatch(office: Page): Promise<void> {
  await fillAnnouncement(office, 20);
  await office.getByTestId("announce").click();
  await office.getByTestId("desk-witness").click();
  await office.getByTestId("number-witness").fill("20261122 叶县");
  await office.getByTestId("number-witness-send").click();
  await enterSource(office);
  await expect(office.getByTestId("drawn")).toBeVisible();
  await expect(office.getByTestId("pairs")).toBeVisible();
  await office.getByTestId("dispatch").click();
  // By chance a premises can stay without a pair (its only senior officer declared an interest): the page says so.
  await expect(office.getByTestId("tasks").or(office.getByTestId("held"))).toBeVisible({ timeout: 30_000 });
  await office.getByTestId("nav-office-tasks").click();
  await expect(office.getByTestId("tasks")).toBeVisible();
}

export interface Found {
  id: string;
  number: string;
  state: string;
  subject: { name: string; trade: string };
  inspectors: { person_id: string; name: string; badge_no: string }[];
}

/** The tasks as the office's own browser reads them. */
export async function tasksOf(office: Page): Promise<Found[]> {
  const answer = await office.request.get("/api/dispatch/tasks?size=100");
  expect(answer.ok()).toBe(true);
  return ((await answer.json()) as { rows: Found[] }).rows;
}

/** A hotel that two inspectors visit. */
export function hotelForTwo(tasks: readonly Found[]): Found {
  const found = tasks.find(({ subject, inspectors }) => subject.trade === "hotel" && inspectors.length === 2);
  if (found === undefined) throw new Error("the draw gave no hotel");
  return found;
}

/** Logins by name: the demo's accounts are shown to everybody. */
export async function loginsByName(page: Page): Promise<Record<string, string>> {
  const session = await (await page.request.get("/api/session")).json();
  const accounts = session.demo.accounts as { login: string; name: string }[];
  return Object.fromEntries(accounts.map((one) => [one.name, one.login]));
}

/** One photo with the in-page camera. */
export async function shoot(page: Page, testid: string, photos = 1): Promise<void> {
  await page.getByTestId(testid).click();
  for (let n = 1; n <= photos; n += 1) {
    await expect(page.getByTestId("camera-shutter")).toBeEnabled({
      timeout: 20_000,
    });
    await page.getByTestId("camera-shutter").click();
    await expect(page.getByTestId("camera-strip").locator("li")).toHaveCount(n, { timeout: 20_000 });
  }
  await page.getByTestId("camera-done").click();
  await expect(page.getByTestId("camera")).toBeHidden();
}

/** A stroke on the signature pad, and done. */
export async function drawSignature(page: Page): Promise<void> {
  const canvas = page.getByTestId("signature-canvas");
  await expect(canvas).toBeVisible();
  const box = await canvas.boundingBox();
  if (box === null) throw new Error("the signature pad has no place");
  const at = (x: number, y: number): [number, number] => [box.x + box.width * x, box.y + box.height * y];
  await page.mouse.move(...at(0.3, 0.3));
  await page.mouse.down();
  for (const [x, y] of [
    [0.35, 0.6],
    [0.45, 0.35],
    [0.55, 0.65],
    [0.65, 0.4],
  ] as const) {
    await page.mouse.move(...at(x, y), { steps: 6 });
  }
  await page.mouse.up();
  await page.getByTestId("signature-done").click();
  await expect(page.getByTestId("signature-pad")).toBeHidden();
}

/** Text typed for one question; saved when the field is left. */
export async function type(page: Page, testid: string, text: string): Promise<void> {
  const field = page.getByTestId(testid);
  await field.fill(text);
  await field.blur();
}

/** Waits until the screen says 已保存. */
export async function saved(page: Page): Promise<void> {
  await expect(page.getByTestId("saved")).toHaveText("已保存", {
    timeout: 20_000,
  });
}

/** The card of an item, unfolded. */
export async function card(page: Page, code: string): Promise<Locator> {
  const found = page.getByTestId(`item-${code}`);
  const folded = page.getByTestId(`open-${code}`);
  await found.scrollIntoViewIfNeeded();
  if (await folded.isVisible()) await folded.click();
  return found;
}

/** One of the big or listed answers. */
export async function choose(page: Page, code: string, key: string): Promise<void> {
  await card(page, code);
  await page.getByTestId(`answer-${code}-${key}`).click();
}

/** Goes to a section by its chip. */
export async function section(page: Page, id: string): Promise<void> {
  await page.getByTestId(`section-${id}`).click();
  await expect(page.getByTestId(`section-page-${id}`)).toBeVisible();
}

/** Arrives at a business that is open. */
export async function arrive(page: Page): Promise<void> {
  await section(page, "opening");
  await page.getByTestId("arrive").click();
  await choose(page, "CM08", "open");
}

/** Reads the record page by page to its end; the way to the signatures opens only then. */
export async function readRecord(page: Page): Promise<void> {
  await expect(page.getByTestId("record-page")).toBeVisible();
  while (await page.getByTestId("record-next").isVisible()) await page.getByTestId("record-next").click();
  await page.getByTestId("to-sign").click();
  await expect(page.getByTestId("sign-page")).toBeVisible();
}

/** The person responsible at the premises signs on this phone. */
export async function partySigns(page: Page, name: string): Promise<void> {
  await page.getByTestId("party-begin").click();
  await page.getByTestId("party-name").fill(name);
  await page.getByTestId("party-post").fill("前厅经理");
  await page.getByTestId("party-last4").fill("002X");
  await page.getByTestId("party-done").click();
  await drawSignature(page);
  await expect(page.getByTestId("sign-party")).toHaveAttribute("data-state", "given");
}

/** An inspector signs on his own phone. */
export async function inspectorSigns(page: Page, person: string): Promise<void> {
  await page.getByTestId(`inspector-begin-${person}`).click();
  await drawSignature(page);
  await expect(page.getByTestId(`sign-${person}`)).toHaveAttribute("data-state", "given");
}

/** Back, as with a thumb, until the places at the bottom are there; then to one of them. */
export async function place(page: Page, key: "tasks" | "sync"): Promise<void> {
  const tab = page.getByTestId(`tab-${key}`);
  const back = page.getByTestId("back");
  while (!(await tab.isVisible())) {
    const before = page.url();
    await back.click();
    await expect(page).not.toHaveURL(before);
  }
  await tab.click();
}

/** Syncs by hand and waits until nothing is left on the phone; then goes back to the visit. */
export async function syncAll(page: Page, task: Found): Promise<void> {
  await place(page, "sync");
  const relogin = page.getByTestId("relogin-open");
  await expect(async () => {
    if (await relogin.isVisible()) {
      await relogin.click();
      await page.getByTestId("relogin-password").fill(PASSWORD);
      await page.getByTestId("relogin-submit").click();
      await expect(page.getByTestId("relogin-password")).toBeHidden();
    }
    await page.getByTestId("sync-now").click({ timeout: 5_000 });
    await expect(page.getByTestId("sync-empty")).toBeVisible({
      timeout: 10_000,
    });
  }).toPass({ timeout: 120_000 });
  await visit(page, task);
}

/** From the places to the open inspection. */
export async function visit(page: Page, task: Found): Promise<void> {
  await place(page, "tasks");
  await page.getByTestId(`task-${task.id}`).click();
  await page.getByTestId("task-start").click();
  // To the first open question, or to the summary when there is none.
  await expect(page.getByTestId("to-summary").or(page.getByTestId("summary"))).toBeVisible();
}

/** Waits until the service worker holds the whole app, so that it starts without any network. */
export async function readyForOffline(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await expect(async () => {
    await page.reload();
    expect(await page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  }).toPass({ timeout: 60_000 });
}

/** After a reload the vault is locked: the password alone opens it, also without network. */
export async function unlockIfAsked(page: Page, login: string): Promise<void> {
  const form = page.getByTestId("login-form");
  await expect(form.or(page.getByTestId("state-line"))).toBeVisible({
    timeout: 30_000,
  });
  if (!(await form.isVisible())) return;
  if ((await form.getAttribute("data-mode")) === "unlock") {
    await page.getByTestId("login-password").fill(PASSWORD);
    await page.getByTestId("login-submit").click();
  } else await enter(page, login);
  await expect(form).toBeHidden({ timeout: 60_000 });
}

/** Fetches what the partner has sent, reads the record and waits for `there` on the page of signatures. */
export async function toSignatures(page: Page, task: Found, there: (page: Page) => Locator): Promise<void> {
  await expect(async () => {
    await syncAll(page, task);
    await toRecord(page);
    await readRecord(page);
    await expect(there(page)).toBeVisible({ timeout: 3_000 });
  }).toPass({ timeout: 150_000 });
}

/** Submits once both signatures are here; `reason` where a signature is older than the last change. */
export async function submit(page: Page, task: Found, reason?: string): Promise<void> {
  if (reason === undefined) {
    await toSignatures(page, task, (here) => here.locator('[data-testid="submit"]:enabled'));
  } else {
    await toSignatures(page, task, (here) => here.getByTestId("stale-reason"));
    await page.getByTestId("stale-reason").fill(reason);
  }
  await page.getByTestId("submit").click();
  await page.getByTestId("submit-confirm").click();
  await expect(page.getByTestId("sync-page")).toBeVisible();
  await expect(page.getByTestId("sync-empty")).toBeVisible({ timeout: 60_000 });
}

/** Over the summary to the record; the visit ends there if it has not ended before. */
export async function toRecord(page: Page): Promise<void> {
  if (await page.getByTestId("to-summary").isVisible()) await page.getByTestId("to-summary").click();
  const further = page.getByTestId("to-record");
  await expect(further.or(page.getByTestId("end-visit"))).toBeVisible();
  if (await further.isVisible()) await further.click();
  else await page.getByTestId("end-visit").click();
}
