/** The player steps, plays, follows a ceremony that goes on, and stays where somebody wants to look. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { effectScope, nextTick, shallowRef } from "vue";
import type { EffectScope } from "vue";
import { usePlayer } from "../../src/room/player";
import type { Player } from "../../src/room/player";
import type { Scene, Show } from "../../src/room/scenes";

let scope: EffectScope;
const show = shallowRef<Show>(showOf(1));

function showOf(count: number): Show {
  const scenes = Array.from({ length: count }, (_none, n): Scene => ({ kind: "deal", dealt: n }));
  return { scenes, said: [], source: null, strata: [], visits: [], face: [] };
}

function play(count: number, live: boolean): Player {
  show.value = showOf(count);
  return scope.run(() => usePlayer(() => show.value, live))!;
}

/** Time goes by, one scene at a time. */
async function pass(ms: number): Promise<void> {
  for (let gone = 0; gone < ms; gone += 100) {
    vi.advanceTimersByTime(100);
    await nextTick();
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  scope = effectScope();
});
afterEach(() => {
  scope.stop();
  vi.useRealTimers();
});

it("waits at the first scene of a draw that is over until it is started, and stops at the last", async () => {
  const player = play(4, false);
  await pass(5_000);
  expect(player.at.value).toBe(0);
  player.toggle();
  await pass(30_000);
  expect(player.at.value).toBe(3);
});

it("follows a ceremony that goes on: what comes is shown one after the other", async () => {
  const player = play(2, true);
  expect(player.at.value).toBe(1);
  show.value = showOf(5);
  await nextTick();
  expect(player.at.value).toBe(1);
  await pass(2_000);
  expect(player.at.value).toBe(2);
  await pass(20_000);
  expect(player.at.value).toBe(4);
});

it("stays where somebody went back to, whatever comes", async () => {
  const player = play(5, true);
  player.back();
  show.value = showOf(9);
  await pass(20_000);
  expect(player.at.value).toBe(3);
  player.toEnd();
  expect(player.at.value).toBe(8);
  show.value = showOf(10);
  await pass(5_000);
  expect(player.at.value).toBe(9);
});

it("steps to the ends and not beyond, and starts over after the last", async () => {
  const player = play(3, false);
  player.back();
  expect(player.at.value).toBe(0);
  for (let n = 0; n < 5; n += 1) player.next();
  expect(player.at.value).toBe(2);
  player.toggle();
  expect([player.at.value, player.playing.value]).toEqual([0, true]);
  player.first();
  await pass(10_000);
  expect(player.at.value).toBe(0);
});

it("leaves no clock running behind it", () => {
  play(4, false).toggle();
  scope.stop();
  expect(vi.getTimerCount()).toBe(0);
});
