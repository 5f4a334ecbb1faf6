/**
 * Seeded lives of a whole bureau over the real server. Some minutes of them in every test run; `make simulate` runs as many as one
 * likes. A failing seed prints its diary: SIMULATE_FROM=<seed> SIMULATE_SEEDS=1 repeats it.
 */
import { randomInt } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FakeClock, NOON } from "../phone/effects";
import { Bureau } from "./bureau";
import { reckon } from "./reckoning";
import type { ProfileCopy, SimPhone } from "./sim-phone";
import { CORNER_SEEDS } from "./temper";
import { Life } from "./world";

const FROM = Number(process.env.SIMULATE_FROM ?? 1);
const SEEDS = Number(process.env.SIMULATE_SEEDS ?? 12);
/** Lives that nobody has lived before; their seeds are printed like the others. */
const FRESH = Number(process.env.SIMULATE_FRESH ?? (process.env.SIMULATE_SEEDS === undefined ? 24 : 0));
const STEPS = Number(process.env.SIMULATE_STEPS ?? 60);
/** In memory where there is such a place: a process that dies loses nothing of what it wrote, disk or not. */
const PLACE = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

const folder = mkdtempSync(join(PLACE, "suicha-simulation-"));
const time = new FakeClock();
const bureau = new Bureau(folder, () => time.now());

let prepared: ProfileCopy[];

beforeAll(async () => {
  await import("../../src/sync/files"); // loaded when first needed: from the disk, at a moment of its own
  time.set(NOON - 86_400_000);
  bureau.prepare(2);
  time.set(NOON);
  bureau.fresh(0);
  prepared = await new Life(0, bureau, time).enrol();
  bureau.keep();
}, 120_000);
afterAll(async () => {
  await bureau.close();
  rmSync(folder, { recursive: true });
}, 60_000);

const fixed = Array.from({ length: SEEDS }, (_, at) => FROM + at);
const corners = process.env.SIMULATE_SEEDS === undefined ? CORNER_SEEDS : [];
const fresh = Array.from({ length: FRESH }, () => randomInt(1_000_000, 2 ** 31));

it.each([...fixed, ...corners, ...fresh])(
  "life %i loses nothing",
  async (seed) => {
    const life = await lived(seed);
    process.stdout.write(`${summary(life)}\n`);
    if (process.env.SIMULATE_DIARY !== undefined) process.stdout.write(`${life.diary.join("\n")}\n`);
  },
  300_000,
);

it("a seed lives the same life again, to the byte", async () => {
  const [once, again] = [await lived(FROM), await lived(FROM)];
  expect(again.diary.join("\n")).toBe(once.diary.join("\n"));
}, 300_000);

/** A whole life with its reckoning; the diary is shown when it goes wrong. */
async function lived(seed: number): Promise<Life> {
  time.set(NOON);
  bureau.fresh(seed);
  const life = new Life(seed, bureau, time);
  try {
    await life.begin(prepared);
    await life.live(STEPS);
    await life.heal();
    await life.gather();
    expect(await reckon(life)).toEqual([]);
    life.note("the end");
    return life;
  } catch (thrown) {
    process.stderr.write(`seed ${seed}\n${life.diary.join("\n")}\n${bureau.log}\n${String(thrown)}\n`);
    throw thrown;
  } finally {
    for (const phone of life.phones) phone.kill();
  }
}

/** One line per life: enough to see that things did happen. tests/bench/simulation.py adds such lines up. */
function summary({ seed, phones, old, restores }: Life): string {
  const sum = (count: (phone: SimPhone) => number): number =>
    phones.reduce((all, phone) => all + count(phone), 0);
  const told = [
    `${sum(({ promises }) => promises.length)} saved`,
    `${bureau.calls} calls`,
    `${sum(({ line }) => line.faults) + old.line.faults} faults of the line`,
    `${sum(({ deaths }) => deaths)} deaths of the app`,
    `${sum(({ refusals }) => refusals.length)} refused here`,
    `${restores} restores`,
    `${bureau.deaths} server deaths`,
  ];
  return `life ${seed}: ${told.join(", ")}`;
}
