/**
 * Draws the PNG icons from the two SVG files in public/icons. The outputs are committed; run it again after
 * changing a drawing: `node tools/draw-icons.mjs` (needs Debian's chromium).
 */
import { readFileSync } from "node:fs";
import { chromium } from "@playwright/test";

const folder = new URL("../public/icons/", import.meta.url);
const drawings = [
  { svg: "icon.svg", png: "icon", sizes: [192, 512] },
  { svg: "maskable.svg", png: "maskable", sizes: [192, 512] },
];

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium" });
const page = await browser.newPage();
for (const { svg, png, sizes } of drawings) {
  const source = readFileSync(new URL(svg, folder), "utf8");
  for (const size of sizes) {
    await page.setViewportSize({ width: size, height: size });
    await page.setContent(
      `<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${source}`,
    );
    await page.screenshot({ path: new URL(`${png}-${size}.png`, folder).pathname, omitBackground: true });
  }
}
await browser.close();
