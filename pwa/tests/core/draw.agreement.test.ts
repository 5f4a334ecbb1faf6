/**
 * The browser and the server agree on random counties that Python makes: every certificate, with its
 * amendments, is calculated again here and must come out the same. DRAW_CASES sets how many.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { verify, verifyText, type Bundle } from "../../src/core/draw";

const ROOT = resolve(import.meta.dirname, "../../..");
const CASES = Number(process.env["DRAW_CASES"] ?? "200");
const AT_ONCE = 200;

function bundles(count: number, first: number): string[] {
  const own = resolve(ROOT, ".venv/bin/python");
  const python = existsSync(own) ? own : "python3";
  const made = execFileSync(python, ["-m", "tests.core.draw_cases", String(count), String(first)], {
    cwd: ROOT,
    maxBuffer: 1 << 30,
  });
  return made.toString("utf-8").trimEnd().split("\n");
}

describe("the browser and the server", () => {
  it(`agree on ${CASES} random counties`, { timeout: 60_000 + CASES * 500 }, () => {
    let teams = 0;
    for (let first = 0; first < CASES; first += AT_ONCE) {
      for (const line of bundles(Math.min(AT_ONCE, CASES - first), first)) {
        expect(verifyText(`${line}\n`)).toEqual([]);
        teams += (JSON.parse(line) as Bundle).certificate.tasks.length;
      }
    }
    // Counties without a single visit would agree on nothing.
    expect(teams).toBeGreaterThan(CASES);
  });

  it("agree that another seed gives another draw", () => {
    const bundle = JSON.parse(bundles(1, 7)[0]!) as Bundle;
    const other = { ...bundle, certificate: { ...bundle.certificate, seed: "0".repeat(64) } };
    expect(verify(other).map((row) => row.code)).toContain("seed");
  });
});
