/**
 * Seeded lives of a whole bureau over the real server. A few in every test run; `make simulate` runs as many as one
 * likes. A failing seed prints its diary: SIMULATE_FROM=<seed> SIMULATE_SEEDS=1 repeats it.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FakeClock } from "../phone/effects";
import { Bureau } from "./bureau";
import { reckon } from "./reckoning";
import { Life } from "./world";

const FROM = Number(process.env.SIMULATE_FROM ?? 1);
const SEEDS = Number(process.env.SIMULATE_SEEDS ?? 3);
const STEPS = Number(process.env.SIMULATE_STEPS ?? 60);

const folder = mkdtempSync(join(tmpdir(), "suicha-simulation-"));
const time = new FakeClock();
const bureau = new Bureau(join(folder, "prepared"), () => time.now());

beforeAll(() => bureau.world(2), 120_000);
afterAll(async () => {
  await bureau.close();
  rmSync(folder, { recursive: true });
}, 60_000);

it.each(Array.from({ length: SEEDS }, (_, at) => FROM + at))(
  "life %i loses nothing",
  async (seed) => {
    await bureau.fresh(join(folder, String(seed)), join(folder, "prepared"));
    const life = new Life(seed, bureau, time);
    try {
      await life.begin();
      await life.live(STEPS);
      await life.heal();
      await life.gather();
      expect(await reckon(life)).toEqual([]);
      tell(life);
      if (process.env.SIMULATE_DIARY !== undefined) process.stdout.write(`${life.diary.join("\n")}\n`);
    } catch (thrown) {
      process.stderr.write(`seed ${seed}\n${life.diary.join("\n")}\n${bureau.log}\n`);
      throw thrown;
    } finally {
      for (const phone of life.phones) phone.kill();
    }
  },
  300_000,
);

/** One line per life: enough to see that things did happen. */
function tell({ seed, phones, restores, bureau: { deaths } }: Life): void {
  const promises = phones.reduce((sum, phone) => sum + phone.promises.length, 0);
  const calls = phones.reduce((sum, phone) => sum + phone.line.calls, 0);
  const refusals = phones.reduce((sum, phone) => sum + phone.refusals.length, 0);
  process.stdout.write(
    `life ${seed}: ${promises} saved, ${calls} calls, ${refusals} refused here, ${restores} restores, ${deaths} server deaths so far\n`,
  );
}
