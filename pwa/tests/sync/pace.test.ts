/** How much of a photo goes in one request, by what the line has borne. */
import { describe, expect, it } from "vitest";
import { Pace } from "../../src/sync/upload";

const KIB = 1024;

/** Sends `total` bytes at `speed` (bytes a second) with `delay` ms for each request; answers the sizes of the requests. */
function sent(pace: Pace, total: number, speed: number, delay: number, from = 0): number[] {
  const sizes: number[] = [];
  let now = from;
  pace.begin(now);
  for (let left = total; left > 0;) {
    const size = Math.min(left, pace.next);
    const ms = delay + (size / speed) * 1000;
    now += ms;
    pace.took(size, ms, now);
    sizes.push(size);
    left -= size;
  }
  return sizes;
}

describe("the pace of an upload", () => {
  it("keeps chunks small in a valley, so that the line shows progress and a cut costs little", () => {
    const sizes = sent(new Pace(512 * KIB), 313_000, 12_000, 400);
    expect(sizes[0]).toBe(16 * KIB);
    expect(Math.max(...sizes)).toBeLessThan(64 * KIB);
    expect(sizes.length).toBeGreaterThan(5);
  });

  it("is at full size after three requests on a good line", () => {
    const sizes = sent(new Pace(512 * KIB), 4_000_000, 2_000_000, 50);
    expect(sizes.slice(0, 4)).toEqual([16 * KIB, 64 * KIB, 256 * KIB, 512 * KIB]);
  });

  it("trusts a line for twenty seconds only: who walks into a cellar begins small again", () => {
    const pace = new Pace(512 * KIB);
    sent(pace, 4_000_000, 2_000_000, 50);
    pace.begin(10_000);
    expect(pace.first).toBe(512 * KIB);
    pace.begin(60_000);
    expect([pace.first, pace.next]).toEqual([16 * KIB, 16 * KIB]);
  });

  it("halves after a cut, and what opens the next upload is little", () => {
    const pace = new Pace(512 * KIB);
    sent(pace, 4_000_000, 2_000_000, 50);
    pace.cut();
    expect([pace.first, pace.next]).toEqual([16 * KIB, 256 * KIB]);
  });
});
