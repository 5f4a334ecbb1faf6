/**
 * Every single byte of a certificate with its rosters, annex and amendment, changed: the browser refuses it in words.
 * The file is the one on which the server's and the stand-alone verifier are tried (tests/core/test_draw_tampering.py).
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { verifyFile } from "../../src/core/draw";

const FILE = resolve(import.meta.dirname, "../../../tests/vectors/draw/bundles/hamlet.json");
const DATA = new Uint8Array(readFileSync(FILE));

function changed(at: number, by: number): Uint8Array {
  const copy = DATA.slice();
  copy[at] = copy[at]! ^ by;
  return copy;
}

it("the hamlet holds", () => {
  expect(verifyFile(DATA)).toEqual([]);
});

it.each([0x01, 0x20, 0x80])("every changed byte is refused in words (%i)", { timeout: 120_000 }, (by) => {
  for (let at = 0; at < DATA.length; at += 1) {
    const said = verifyFile(changed(at, by));
    expect(said.length, `byte ${at}`).toBeGreaterThan(0);
    for (const finding of said) expect(finding.zh && finding.en, `byte ${at}`).toBeTruthy();
  }
});

it.each(["", "null\n", "[]\n", "{}\n", "7\n", "[".repeat(20_000)])(
  "%.10s is no bundle and is told so",
  (text) => {
    expect(verifyFile(new TextEncoder().encode(text)).length).toBeGreaterThan(0);
  },
);

it("bytes that are no UTF-8, and a mark before the first of them, are refused", () => {
  expect(verifyFile(new Uint8Array([0xff, 0xfe]))[0]?.code).toBe("not_json");
  expect(verifyFile(new Uint8Array([0xef, 0xbb, 0xbf, ...DATA])).length).toBeGreaterThan(0);
});
