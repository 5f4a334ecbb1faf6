/**
 * The browser is killed, as Android kills it, while answers are typed and photos are shot, again and again and without
 * any network: nothing of which the screen had said 已保存 is lost. A few kills here; `make bench ONLY=browser_kills`
 * kills a hundred times (SUICHA_BROWSER_KILLS), on two phones at the same time. The moments come from a seed, which is
 * printed.
 */
import type { BrowserContextOptions, Page } from "@playwright/test";
import { expect, test } from "@playwright/test";
import { desk, killPhone, openPhone } from "./browser";
import * as hotel from "./hotel";
import type { Found } from "./people";
import { onePhone } from "./one-phone";
import * as people from "./people";

const KILLS = Number(process.env.SUICHA_BROWSER_KILLS ?? 4);
const SEED = Number(process.env.SUICHA_BROWSER_SEED ?? Date.now() % 1_000_000);
const TYPED = "CM11";
const SHOT = "HT101";
/** Longest life of a browser once it writes; a save takes some 30 ms, a photo some 300. */
const LONGEST_MS = 1_800;

interface Entry {
  kind: string;
  path: string;
  value: string | { sha256?: string } | null;
}

/** What the screen has called saved: numbers typed, and photos counted. */
interface Promised {
  typed: number[];
  photos: number;
}

const PHONES = 2;

test.describe.configure({ mode: "parallel" });
const at = onePhone();

for (let phone = 0; phone < PHONES; phone += 1)
  test(`what a killed browser had called saved is not lost: phone ${phone + 1}`, async ({ browser }) => {
    const kills = Math.floor((KILLS + phone) / PHONES);
    test.setTimeout(240_000 + kills * 60_000);
    await killedAgainAndAgain(await (await browser.newContext(deskAt())).newPage(), kills, SEED + phone);
  });

function deskAt(): BrowserContextOptions {
  return { ...desk, baseURL: at.server.address };
}

async function killedAgainAndAgain(office: Page, kills: number, seed: number): Promise<void> {
  await people.signIn(office, "office");
  const logins = await people.loginsByName(office);
  const task = (await people.tasksOf(office)).find(({ subject }) => subject.trade === "hotel");
  if (task === undefined) throw new Error("the draw gave no hotel");
  const login = logins[task.inspectors[0]!.name]!;
  await prepared(login, task);
  await at.server.stop();

  const promised: Promised = { typed: [], photos: 0 };
  const chance = new Chance(seed);
  for (let kill = 1; kill <= kills; kill += 1) {
    const photos = kill % 2 === 0;
    const page = await reopened(login, task);
    // Last where the next deed is done.
    const checks = photos ? [noNumberIsLost, noPhotoIsLost] : [noPhotoIsLost, noNumberIsLost];
    for (const check of checks) await check(page, promised);
    await killedWhileSaving(page, promised, photos, chance);
  }
  expect(promised.typed.length).toBeGreaterThan(0);
  expect(promised.photos).toBeGreaterThan(0);

  await at.server.start();
  const page = await reopened(login, task);
  await noNumberIsLost(page, promised);
  await noPhotoIsLost(page, promised);
  await people.syncAll(page, task);
  const lost = await lostAtTheServer(office, task, promised);
  expect(lost).toEqual([]);
  const { typed, photos } = promised;
  process.stdout.write(
    `browser kills: ${kills} from seed ${seed}, ${typed.length} answers and ${photos} photos called saved, ${lost.length} lost\n`,
  );
}

/** The task on the phone, ready for a place without network. */
async function prepared(login: string, task: Found): Promise<void> {
  const page = await opened();
  await people.signIn(page, login);
  await expect(page.getByTestId(`task-${task.id}`)).toContainText("可离线", {
    timeout: 60_000,
  });
  await people.readyForOffline(page);
  await people.unlockIfAsked(page, login);
  await people.visit(page, task);
  await hotel.opening(page);
  await at.phone!.close();
}

async function opened(): Promise<Page> {
  at.phone = await openPhone(at.folder, at.server.address);
  return at.phone.pages()[0] ?? (await at.phone.newPage());
}

async function reopened(login: string, task: Found): Promise<Page> {
  const page = await opened();
  await page.goto("/");
  await people.unlockIfAsked(page, login);
  await people.visit(page, task);
  return page;
}

/** The screen shows the last number it had called saved, or a later one. */
async function noNumberIsLost(page: Page, promised: Promised): Promise<void> {
  await people.section(page, "opening");
  await people.card(page, TYPED);
  const shown = await page.getByTestId(`answer-${TYPED}`).inputValue();
  expect(numberIn(shown)).toBeGreaterThanOrEqual(Math.max(0, ...promised.typed));
}

async function noPhotoIsLost(page: Page, promised: Promised): Promise<void> {
  await people.section(page, "hotel-licence");
  await people.card(page, SHOT);
  const strip = page.getByTestId(`item-${SHOT}`).getByTestId("photo-thumb");
  await expect(async () => expect(await strip.count()).toBeGreaterThanOrEqual(promised.photos)).toPass();
}

/** Before the first number there are words. */
function numberIn(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : 0;
}

async function killedWhileSaving(
  page: Page,
  promised: Promised,
  photos: boolean,
  chance: Chance,
): Promise<void> {
  let started = (): void => undefined;
  const writing = new Promise<void>((done) => (started = done));
  await page.exposeFunction("promised", (number: number) => {
    if (number < 0) started();
    else if (photos) promised.photos += 1;
    else promised.typed.push(number);
  });
  if (photos) {
    await people.card(page, SHOT);
    await page.getByTestId(`photo-${SHOT}`).click();
    await expect(page.getByTestId("camera-shutter")).toBeEnabled({
      timeout: 20_000,
    });
  }
  const from = numberIn(photos ? "" : await page.getByTestId(`answer-${TYPED}`).inputValue()) + 1;
  // Never ends by itself: the browser is gone before.
  const work = photos ? page.evaluate(shooting) : page.evaluate(typing, { testid: `answer-${TYPED}`, from });
  work.catch(() => undefined);
  await writing;
  // The first browser of each kind lives until something was saved: else the journey would prove nothing.
  const some = (): number => (photos ? promised.photos : promised.typed.length);
  await expect.poll(some, { timeout: 60_000 }).toBeGreaterThan(0);
  await new Promise((over) => setTimeout(over, chance.next() * LONGEST_MS));
  await killPhone(at.folder, at.phone!);
  at.phone = null;
}

/** In the page: numbers, one after the other, each reported when the screen has said 已保存 anew. */
async function typing({ testid, from }: { testid: string; from: number }): Promise<void> {
  const report = (globalThis as unknown as { promised: (number: number) => Promise<void> }).promised;
  const field = document.querySelector<HTMLInputElement>(`[data-testid="${testid}"]`)!;
  const line = document.querySelector<HTMLElement>('[data-testid="saved"]')!;
  const put = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")!.set!;
  let saves = 0;
  const seen = (): number => (saves += line.textContent.trim() === "已保存" ? 1 : 0);
  new MutationObserver(seen).observe(line, {
    childList: true,
    characterData: true,
    subtree: true,
  });
  await report(-1);
  for (let number = from; ; number += 1) {
    const before = saves;
    put.call(field, String(number));
    field.dispatchEvent(new Event("input", { bubbles: true }));
    while (saves === before) {
      field.focus();
      field.blur();
      await new Promise((next) => requestAnimationFrame(next));
    }
    await report(number);
  }
}

/** In the page: shot after shot, each reported when the strip marks one more as 已保存. */
async function shooting(): Promise<void> {
  const report = (globalThis as unknown as { promised: (number: number) => Promise<void> }).promised;
  const shutter = document.querySelector<HTMLButtonElement>('[data-testid="camera-shutter"]')!;
  const strip = (): Element[] => Array.from(document.querySelectorAll('[data-testid="camera-strip"] li'));
  const kept = (): number => strip().filter((shot) => shot.textContent.includes("已保存")).length;
  await report(-1);
  for (;;) {
    const before = kept();
    shutter.click();
    while (kept() === before) await new Promise((next) => requestAnimationFrame(next));
    await report(kept());
  }
}

/** What the server lacks of the promised once the phone has synced. */
async function lostAtTheServer(office: Page, task: Found, promised: Promised): Promise<string[]> {
  const context = await office.context().browser()!.newContext(deskAt());
  const lead = await context.newPage();
  await people.signIn(lead, "zhian");
  const answer = await lead.request.get(`/api/review/inspections/${task.id}`);
  const { entries } = (await answer.json()) as { entries: Entry[] };
  const typed = new Set(entries.filter(({ path }) => path === TYPED).map(({ value }) => String(value)));
  const lost = promised.typed.filter((number) => !typed.has(String(number))).map(String);
  const photos = entries.filter(({ kind, path }) => kind === "evidence" && path === SHOT);
  if (photos.length < promised.photos) lost.push(`${promised.photos - photos.length} photos`);
  for (const { value } of photos) {
    const { sha256 } = value as { sha256: string };
    const bytes = await lead.request.get(`/api/evidence/blobs/${sha256}`);
    if (!bytes.ok()) lost.push(`photo ${sha256}`);
  }
  await context.close();
  return lost;
}

/** Chance from a seed (xorshift). */
class Chance {
  constructor(private state: number) {
    this.state = (state | 0) === 0 ? 1 : state | 0;
  }

  next(): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) / 2 ** 32;
  }
}
