/**
 * What loses work elsewhere, on real browsers and a real server: two phones that disagree about everything while
 * offline, an answer that never came, a second tab, a slow line with a logout in the middle, a session that ended, a
 * second person on the phone. After each of them everything is still there, and the screen has said where it stands.
 */
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "@playwright/test";
import { expect, test } from "@playwright/test";
import { desk, openPhone } from "./browser";
import * as hotel from "./hotel";
import * as people from "./people";
import type { Found } from "./people";
import { ROOT, run, Server } from "./server";

interface Entry {
  id: string;
  kind: string;
  path: string;
  value: { sha256?: string; text?: string } | string | null;
}

/** Only this phone's vault knows them; a thief would search for them. */
const SECRETS = ["秦月华", "410422198802295118", "门后第三盏灯"];
/** As little as a phone gets in a valley: EDGE at its worst, 12 kB a second up. */
const VALLEY = {
  offline: false,
  latency: 400,
  downloadThroughput: 25_000,
  uploadThroughput: 12_000,
};

let server: Server;
let folders: string[];
/** A built app of our own, of which a newer version can come out. */
let app: string;
let phones: BrowserContext[];

test.beforeEach(async () => {
  app = mkdtempSync(join(tmpdir(), "suicha-app-"));
  cpSync(join(ROOT, "pwa", "dist"), app, { recursive: true });
  server = await Server.afterDraw({ SUICHA_PHONE_APP: app });
  folders = ["a", "b"].map((name) => mkdtempSync(join(tmpdir(), `suicha-loss-${name}-`)));
  phones = [];
});

test.afterEach(async () => {
  for (const phone of phones) await phone.close();
  await server.end();
  for (const folder of [app, ...folders]) rmSync(folder, { recursive: true, force: true });
});

async function prepared(n: number, login: string, task: Found): Promise<Page> {
  const context = await openPhone(folders[n]!, server.address);
  phones[n] = context;
  const page = context.pages()[0] ?? (await context.newPage());
  await people.signIn(page, login);
  await expect(page.getByTestId(`task-${task.id}`)).toContainText("可离线", {
    timeout: 60_000,
  });
  await people.readyForOffline(page);
  await people.unlockIfAsked(page, login);
  await people.visit(page, task);
  return page;
}

/** A photo of 313 kB, as the camera of a real phone gives it. */
function bigPhoto(): Buffer {
  const made = run(
    [
      "-c",
      "import io,sys,random\nfrom PIL import Image\nr=random.Random(7)\n" +
        "i=Image.frombytes('RGB',(640,480),r.randbytes(640*480*3))\nb=io.BytesIO()\ni.save(b,'JPEG',quality=76)\n" +
        "d=b.getvalue()\nprint((d+b'\\0'*max(0,313000-len(d)))[:max(313000,len(d))].hex())",
    ],
    process.env,
  );
  return Buffer.from(made.trim(), "hex");
}

/** What the person answers at a question with words of his own. */
async function finds(page: Page, code: string, words: string): Promise<void> {
  await people.choose(page, code, "fail");
  await people.type(page, `answer-${code}-finding-text`, words);
  await people.saved(page);
}

/** Draws one line over the photo that is looked at, with one thumb. */
async function marks(page: Page, tool: "arrow" | "box"): Promise<void> {
  await page.getByTestId("item-HT101").getByTestId("photo-thumb").first().click();
  await page.getByTestId("photo-mark").click();
  await page.getByTestId(`mark-tool-${tool}`).click();
  const box = (await page.getByTestId("mark-layer").boundingBox())!;
  const at = (x: number, y: number): [number, number] => [box.x + box.width * x, box.y + box.height * y];
  await page.mouse.move(...at(0.2, 0.2));
  await page.mouse.down();
  await page.mouse.move(...at(0.6, 0.5), { steps: 5 });
  await page.mouse.up();
  await expect(page.getByTestId("mark-layer")).toHaveAttribute("data-marks", "1");
  if (tool === "box") await page.getByTestId("mark-save").click();
  else {
    // The back key asks about what was drawn, and leaves neither the photo nor the inspection.
    await page.goBack();
    await page.getByTestId("mark-unkept-keep").click();
  }
  await expect(page.getByTestId("mark-editor")).toBeHidden();
}

async function toSync(page: Page): Promise<void> {
  await people.place(page, "sync");
  await expect(page.getByTestId("sync-page")).toBeVisible();
}

async function logOut(page: Page): Promise<void> {
  await page.getByTestId("tab-me").click();
  await page.getByTestId("logout").click();
  await page.getByTestId("logout-confirm").click();
  await expect(page.getByTestId("login-form")).toBeVisible();
}

async function enter(page: Page, login: string): Promise<void> {
  await people.enter(page, login);
  await expect(page.getByTestId("login-form")).toBeHidden({ timeout: 60_000 });
}

/** The next version: another page, and a service worker that says so; it has no longer the part that is named. */
function publish(version: string, without?: string): void {
  const page = join(app, "index.html");
  const worker = join(app, "sw.js");
  writeFileSync(
    page,
    readFileSync(page, "utf8").replace("<head>", `<head><meta name="version" content="${version}">`),
  );
  const revision = createHash("md5").update(version).digest("hex");
  const listed = /("?revision"?:")[0-9a-f]{32}(","?url"?:"index\.html")/;
  let words = readFileSync(worker, "utf8");
  expect(words).toMatch(listed);
  if (without !== undefined) {
    const part = new RegExp(String.raw`\{[^{}]*"assets/${without}-[^{}]*\},?`, "g");
    expect(words).toMatch(part);
    words = words.replace(part, "");
    for (const name of readdirSync(join(app, "assets"))) {
      if (name.startsWith(`${without}-`)) rmSync(join(app, "assets", name));
    }
  }
  writeFileSync(worker, words.replace(listed, `$1${revision}$2`));
  // The build leaves packed twins, which the server prefers.
  for (const file of [page, worker]) rmSync(`${file}.gz`, { force: true });
}

/**
 * Ends the workers, as a phone does with idle ones. Without it Chromium sometimes waits five minutes for work of the old
 * worker that has ended long ago, as we found with every promise of ours settled.
 */
async function idle(page: Page): Promise<void> {
  const line = await page.context().newCDPSession(page);
  await line.send("ServiceWorker.enable");
  await line.send("ServiceWorker.stopAllWorkers");
  await line.detach();
}

/** The waiting worker takes over without asking anybody. */
async function takesOver(phone: BrowserContext): Promise<void> {
  for (const worker of phone.serviceWorkers()) {
    await worker.evaluate(async () => {
      const here = globalThis as unknown as {
        serviceWorker: { state: string };
        skipWaiting: () => Promise<void>;
        clients: { matchAll: () => Promise<unknown> };
      };
      if (here.serviceWorker.state !== "installed") return;
      void here.skipWaiting();
      // Answered after it, by the same browser.
      await here.clients.matchAll();
    });
  }
}

/** Every byte below a folder that holds `words`, in the two ways in which browsers write letters. */
function filesWith(folder: string, words: string): string[] {
  const wanted = [Buffer.from(words, "utf8"), Buffer.from(words, "utf16le")];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name))
    .filter((file) => wanted.some((one) => readFileSync(file).includes(one)));
}

test("nothing is lost, and the screen says so", async ({ browser }) => {
  test.setTimeout(420_000);
  const office = await (await browser.newContext({ ...desk, baseURL: server.address })).newPage();
  await people.signIn(office, "office");
  const logins = await people.loginsByName(office);
  const tasks = await people.tasksOf(office);
  const task = people.hotelForTwo(tasks);
  const [first, second] = task.inspectors as [Found["inspectors"][0], Found["inspectors"][0]];
  const [loginA, loginB] = [logins[first.name]!, logins[second.name]!];
  const third = Object.entries(logins).find(
    ([name]) =>
      name !== first.name &&
      name !== second.name &&
      tasks.some((one) => one.inspectors.some((inspector) => inspector.name === name)),
  )![1];
  const lead = await (await browser.newContext({ ...desk, baseURL: server.address })).newPage();
  await people.signIn(lead, "zhian");
  const stored = async (): Promise<Entry[]> => {
    const answer = await lead.request.get(`/api/review/inspections/${task.id}`);
    expect(answer.ok()).toBe(true);
    return ((await answer.json()) as { entries: Entry[] }).entries;
  };

  const a = await prepared(0, loginA, task);
  const b = await prepared(1, loginB, task);
  await test.step("common ground: a row, a photo, a business that is open", async () => {
    await people.arrive(a);
    await hotel.room203(a);
    await people.section(a, "hotel-licence");
    await people.choose(a, "HT101", "held");
    await people.shoot(a, "photo-HT101");
    await people.saved(a);
    await people.syncAll(a, task);
    await people.syncAll(b, task);
    await people.section(b, "hotel-licence");
    await people.card(b, "HT101");
    await expect(b.getByTestId("item-HT101").locator(".photo--shown")).toHaveCount(1);
  });

  await test.step("without network they disagree about everything", async () => {
    for (const phone of phones) await phone.setOffline(true);
    await people.section(a, "hotel-licence");
    await people.section(b, "hotel-licence");
    await finds(a, "HT104", `值班表缺两日；${SECRETS[2]}`);
    await finds(b, "HT104", "值班表只缺一日");
    await people.card(b, "HT101");
    await marks(b, "box");
    await b.getByTestId("photo-viewer-close").click();
    await people.card(a, "HT101");
    await marks(a, "arrow");
    await a.getByTestId("photo-withdraw").click();
    await a.getByTestId("photo-withdraw-reason").fill(`拍到了旅客${SECRETS[0]} ${SECRETS[1]}`);
    await a.getByTestId("photo-withdraw-done").click();
    await people.section(a, "hotel-system");
    await people.section(b, "hotel-system");
    await hotel.unfoldRoom203(a);
    await a.getByTestId("row-HT203-1-remove").click();
    await hotel.unfoldRoom203(b);
    await people.type(b, "cell-HT203-1-room", "204");
    await people.section(a, "opening");
    await people.section(b, "opening");
    await people.choose(a, "CM04", "shown");
    await people.choose(b, "CM04", "not_shown");
    await people.saved(a);
    await people.saved(b);
    await expect(a.getByTestId("state-network")).toContainText("离线");
    await expect(a.getByTestId("state-waiting")).toContainText("项待上传");
  });

  await test.step("the answer to what was sent is lost; nothing is there twice", async () => {
    let lost = 0;
    await phones[0]!.route("**/api/sync/push", async (route) => {
      if (lost > 0) return route.continue();
      lost += 1;
      await route.fetch();
      await route.abort("connectionreset");
    });
    await phones[0]!.setOffline(false);
    await people.syncAll(a, task);
    expect(lost).toBe(1);
    await phones[0]!.unroute("**/api/sync/push");
    const entries = await stored();
    expect(new Set(entries.map((one) => one.id)).size).toBe(entries.length);
    expect(entries.filter((one) => one.kind === "withdraw")).toHaveLength(1);
  });

  await test.step("both see both sides with names, and the photo's drawings are kept", async () => {
    await phones[1]!.setOffline(false);
    await people.syncAll(b, task);
    await people.syncAll(a, task);
    for (const page of [a, b]) {
      await people.section(page, "hotel-licence");
      await expect(page.getByTestId("conflict-HT104")).toContainText(first.name);
      await expect(page.getByTestId("conflict-HT104")).toContainText("只缺一日");
      await people.section(page, "hotel-system");
      await expect(page.locator('[data-testid^="conflict-HT203/"]')).toHaveCount(1);
      await people.section(page, "opening");
      await expect(page.getByTestId("conflict-CM04")).toContainText(second.name);
    }
    const drawn = (await stored()).filter((one) => one.kind === "mark");
    expect(drawn).toHaveLength(2);
  });

  await test.step("a second tab shows what the first one writes, and one of them syncs", async () => {
    const tab = await phones[0]!.newPage();
    await tab.goto(a.url());
    await people.unlockIfAsked(tab, loginA);
    await people.section(tab, "closing");
    await people.section(a, "closing");
    await people.choose(a, "CM90", "full");
    await people.card(tab, "CM90");
    await expect(tab.getByTestId("answer-CM90-full")).toHaveAttribute("aria-checked", "true");
    await tab.close();
  });

  await test.step("a new version waits until no tab has an inspection open", async () => {
    const tab = await phones[0]!.newPage();
    await tab.goto(`${server.address}/me`);
    await people.unlockIfAsked(tab, loginA);
    await tab.getByTestId("tab-me").click();
    publish("2");
    await people.card(a, "CM99");
    await a.evaluate(() => Object.assign(window, { untouched: true }));
    const version = tab.locator('meta[name="version"][content="2"]');
    await expect(async () => {
      await tab.getByTestId("me-update").click({ timeout: 2_000 });
      await expect(tab.getByTestId("update-busy")).toBeVisible({
        timeout: 3_000,
      });
    }).toPass({ timeout: 60_000 });
    expect(await a.evaluate(() => "untouched" in window)).toBe(true);
    await people.choose(a, "CM99", "read");
    await people.saved(a);
    await toSync(a);
    await expect(async () => {
      if ((await version.count()) === 0) await tab.getByTestId("me-update").click({ timeout: 2_000 });
      await idle(tab);
      await expect(version).toHaveCount(1, { timeout: 3_000 });
    }).toPass({ timeout: 60_000 });
    await expect(a.locator('meta[name="version"][content="2"]')).toHaveCount(1);
    await people.unlockIfAsked(a, loginA);
    await people.visit(a, task);
    await people.section(a, "closing");
    await people.card(a, "CM99");
    await expect(a.getByTestId("answer-CM99-read")).toHaveAttribute("aria-checked", "true");

    // The browser may let it take over later than it was asked, when an inspection is open again.
    await people.unlockIfAsked(tab, loginA);
    publish("3", "SearchSheet");
    await a.evaluate(() => Object.assign(window, { untouched: true }));
    await tab.getByTestId("tab-me").click();
    await expect(async () => {
      await tab.getByTestId("me-update").click({ timeout: 2_000 });
      await expect(tab.getByTestId("update-busy")).toBeVisible({
        timeout: 3_000,
      });
    }).toPass({ timeout: 60_000 });
    await takesOver(phones[0]!);
    await idle(tab);
    await expect(tab.locator('meta[name="version"][content="3"]')).toHaveCount(1, { timeout: 30_000 });
    await tab.close();
    expect(await a.evaluate(() => "untouched" in window)).toBe(true);
    await a.getByTestId("search-open").click();
    await expect(a.getByTestId("search-input")).toBeVisible();
    await a.keyboard.press("Escape");
    await toSync(a);
    await a.getByTestId("update-take").click();
    await expect(a.locator('meta[name="version"][content="3"]')).toHaveCount(1);
    await people.unlockIfAsked(a, loginA);
    await people.visit(a, task);
  });

  const photo = bigPhoto();
  await test.step("a photo on a slow line, and its owner logs out in the middle", async () => {
    const line = await phones[0]!.newCDPSession(a);
    await people.section(a, "hotel-licence");
    await a.getByTestId("photo-HT101").click();
    await phones[0]!.setOffline(true);
    await a
      .getByTestId("camera-input")
      .setInputFiles({ name: "x.jpg", mimeType: "image/jpeg", buffer: photo });
    await expect(a.getByTestId("camera-strip").locator("li")).toHaveCount(1, {
      timeout: 20_000,
    });
    await a.getByTestId("camera-done").click();
    await toSync(a);
    await phones[0]!.setOffline(false);
    await line.send("Network.emulateNetworkConditions", VALLEY);
    await a
      .getByTestId("sync-now")
      .click({ timeout: 5_000 })
      .catch(() => undefined);
    await expect(a.getByTestId("state-waiting")).toContainText(/正在上传 [1-9]\d? %/, { timeout: 60_000 });
    await logOut(a);
    await enter(a, loginA);
    await a.getByTestId("tab-sync").click();
    const seen: number[] = [];
    await expect(async () => {
      const words = await a.getByTestId("state-waiting").innerText();
      const percent = /正在上传 (\d+) %/.exec(words)?.[1];
      if (percent !== undefined && Number(percent) !== seen[seen.length - 1]) seen.push(Number(percent));
      await expect(a.getByTestId("sync-empty")).toBeVisible({ timeout: 200 });
    }).toPass({ timeout: 120_000, intervals: [100] });
    expect(seen.length).toBeGreaterThan(2);
    expect(seen).toEqual([...seen].sort((x, y) => x - y));
    await line.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: -1,
    });
    const sha = createHash("sha256").update(photo).digest("hex");
    const kept = readFileSync(join(server.instance, "blobs", sha.slice(0, 2), sha));
    expect(kept.equals(photo)).toBe(true);
  });

  await test.step("the session ends in the middle: work goes on, and says what it needs", async () => {
    await people.visit(a, task);
    await phones[0]!.clearCookies({ name: "suicha" });
    await people.section(a, "hotel-front-desk");
    await people.card(a, "HT702");
    await people.type(a, "answer-HT702", "4");
    await people.saved(a);
    await expect(a.getByTestId("state-network")).toContainText("需重新登录", {
      timeout: 30_000,
    });
    await people.syncAll(a, task);
  });

  await test.step("a second person on this phone sees nothing of the first one's, and costs him nothing", async () => {
    await phones[0]!.setOffline(true);
    await people.section(a, "hotel-front-desk");
    await people.card(a, "HT701");
    await people.type(a, "answer-HT701", "4");
    await people.saved(a);
    await toSync(a);
    await logOut(a);
    await phones[0]!.setOffline(false);
    await enter(a, third);
    await expect(a.getByTestId(`task-${task.id}`)).toBeHidden();
    await logOut(a);
    await enter(a, loginA);
    await people.syncAll(a, task);
    expect((await stored()).some((one) => one.path === "HT701")).toBe(true);
  });

  await test.step("what lies in the browser's profile tells a thief nothing", async () => {
    await toSync(a);
    await logOut(a);
    const control = "对照：能找到的字";
    await a.evaluate(async (words) => {
      localStorage.setItem("control", words);
      await new Promise((done, failed) => {
        const opening = indexedDB.open("control", 1);
        opening.onupgradeneeded = () => opening.result.createObjectStore("rows").put({ words }, 1);
        opening.onsuccess = done;
        opening.onerror = failed;
      });
      await (await caches.open("control")).put("/control", new Response(words));
    }, control);
    await phones[0]!.close();
    expect(filesWith(folders[0]!, control).length).toBeGreaterThanOrEqual(3);
    // The account name is in the browser's own list of logins, as its owner wants it or not: it is not looked for.
    for (const secret of [...SECRETS, first.name, second.name]) {
      expect(filesWith(folders[0]!, secret), `found: ${secret}`).toEqual([]);
    }
  });
});
