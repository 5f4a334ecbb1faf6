/**
 * A 200-item checklist on a phone: the built app in Chromium with its processor slowed down four times, an invented
 * bureau behind it. argv: address, runs. Writes {open, save} in milliseconds as the page itself measured them, from
 * the tap to the frame that shows the result.
 */
import { createRequire } from "node:module";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const { chromium } = createRequire(new URL("../journeys/", import.meta.url))(
  "@playwright/test",
);
const [address, runsWanted] = process.argv.slice(2);
const RUNS = Number(runsWanted);
const SLOWER = 4;
const HOTEL = "01930000-0000-7000-8000-0000000000b1";
const memory = mkdtempSync(join(tmpdir(), "suicha-bench-"));

const phone = await chromium.launchPersistentContext(memory, {
  executablePath: process.env.SUICHA_CHROMIUM || "/usr/bin/chromium",
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
  locale: "zh-CN",
  timezoneId: "Asia/Shanghai",
});
const page = phone.pages()[0] ?? (await phone.newPage());
const at = (testid) => page.getByTestId(testid);

async function unlock() {
  // Where his vault lies already, the password is all that is asked.
  await at("login-password").waitFor();
  if (await at("login-name").isVisible())
    await at("login-name").fill("lijianguo");
  await at("login-password").fill("demo-2026");
  await at("login-submit").click();
}

async function slowed(times) {
  const session = await phone.newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: times });
  await session.detach();
}

/** Milliseconds from the tap on `tapped` until `shown` holds, and the frame after it is painted. */
async function timed(tapped, shown) {
  const measured = page.evaluate(
    ([testid, condition]) =>
      new Promise((done) => {
        const holds = new Function(`return ${condition}`);
        const watch = (begun) => {
          const look = () => {
            if (!holds()) return;
            observer.disconnect();
            requestAnimationFrame(() =>
              setTimeout(() => done(performance.now() - begun)),
            );
          };
          const observer = new MutationObserver(look);
          observer.observe(document, {
            subtree: true,
            childList: true,
            attributes: true,
            characterData: true,
          });
        };
        document
          .querySelector(`[data-testid="${testid}"]`)
          .addEventListener("click", (event) => watch(event.timeStamp), {
            once: true,
            capture: true,
          });
      }),
    [tapped, shown],
  );
  await at(tapped).click();
  return await measured;
}

const ITEM = `document.querySelectorAll(".item").length`;
await page.goto(address);
await unlock();
await at(`task-${HOTEL}`).getByText("可离线").waitFor({ timeout: 60_000 });
await page.evaluate(async () => await navigator.serviceWorker.ready);
await at(`task-${HOTEL}`).click();
await at("task-start").click();
await at("answer-QA000-pass").click();
await page.waitForFunction(`${ITEM} > 10`);

const open = [];
for (let run = 0; run < RUNS; run += 1) {
  await page.goto(`${address}/tasks/${HOTEL}`);
  await unlock();
  await at("task-start").waitFor();
  await slowed(SLOWER);
  open.push(
    await timed(
      "task-start",
      `${ITEM} > 10 && document.querySelector('[data-testid="next-open"]') !== null`,
    ),
  );
  await slowed(1);
}

const save = [];
await slowed(SLOWER);
for (let run = 0; run < RUNS * 4; run += 1) {
  const key = run % 2 === 0 ? "fail" : "pass";
  const card = `document.querySelector('[data-testid="item-QA005"]')`;
  const saved = `document.querySelector('[data-testid="saved"]').textContent === "已保存"`;
  save.push(
    await timed(
      `answer-QA005-${key}`,
      `${card}.dataset.verdict === "${key}" && ${saved}`,
    ),
  );
  await page.waitForFunction(saved);
}
await phone.close();
rmSync(memory, { recursive: true, force: true });
process.stdout.write(`${JSON.stringify({ open, save })}\n`);
