/**
 * The list of planted bugs: each can still be planted, the document tells of each, and a few are planted in every run.
 * All of them: `make simulate MUTANTS=1`.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import list from "./mutants.json" with { type: "json" };

interface Mutant {
  name: string;
  file: string;
  find: string;
  put: string;
  /** The seed that noticed it last; none: not noticed yet. */
  seed?: number;
}

const mutants: Mutant[] = list;
const PWA = resolve(__dirname, "../..");
const PROJECT = resolve(PWA, "..");
/** One of the phone's writing, one of its sending, one of the server. */
const SAMPLE = ["does not move the tip of the chain", "replaces nothing", "the server stores no runs"];

it("there are at least thirty, each of another kind", () => {
  expect(mutants.length).toBeGreaterThanOrEqual(30);
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
});

it.each(mutants)("$name: has one place in the shipped code", ({ file, find, put }) => {
  const home = file.startsWith("server/") ? PROJECT : PWA;
  expect(readFileSync(resolve(home, file), "utf8").split(find)).toHaveLength(2);
  expect(put).not.toBe(find);
});

it("docs/simulation.md names every planted bug with the seed that notices it", () => {
  const page = readFileSync(resolve(PROJECT, "docs/simulation.md"), "utf8");
  const rows = mutants.map(({ name, file, seed }) => `| ${name} | \`${file}\` | ${seed ?? "—"} |`);
  expect(page.split("\n").filter((line) => /^\| .* \| `.*` \| /.test(line))).toEqual(rows);
});

it("a few of them, planted now, are noticed", () => {
  const environment = Object.entries(process.env).filter(([name]) => !name.startsWith("VITEST"));
  const ran = spawnSync(process.execPath, [resolve(__dirname, "plant.mjs"), ...SAMPLE], {
    cwd: PWA,
    env: { ...Object.fromEntries(environment), SIMULATE_SEEDS: "3" },
    encoding: "utf8",
  });
  expect(ran.stdout + ran.stderr).toContain(`${SAMPLE.length} of ${SAMPLE.length} planted bugs caught`);
}, 600_000);
