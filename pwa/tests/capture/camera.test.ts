/** The camera's stream: never more than one, and none when nobody looks. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { PageCamera } from "../../src/capture/camera";
import type { PositionPort } from "../../src/app/ports";
import { FakeClock } from "../phone/effects";

interface Opening {
  answer: () => Promise<void>;
  live: () => boolean;
}
let openings: Opening[];

beforeEach(() => {
  openings = [];
  const getUserMedia = (): Promise<unknown> =>
    new Promise((given) => {
      const track = { readyState: "live", stop: () => (track.readyState = "ended") };
      const stream = { getTracks: () => [track], getVideoTracks: () => [track] };
      openings.push({
        answer: async () => {
          given(stream);
          await new Promise(setImmediate);
        },
        live: () => track.readyState === "live",
      });
    });
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia } });
});
afterEach(() => void vi.unstubAllGlobals());

const video = (): HTMLVideoElement => ({ play: async () => undefined }) as unknown as HTMLVideoElement;
const camera = (): PageCamera =>
  new PageCamera({ clock: new FakeClock(), position: {} as PositionPort, limit: () => 1 });

it("closed while the phone still asks for permission is off when the answer comes", async () => {
  const one = camera();
  const starting = one.start(video()).catch(() => undefined);
  one.stop();
  await openings[0]!.answer();
  await starting;
  expect(openings.map(({ live }) => live())).toEqual([false]);
});

it("opened twice in a hurry leaves one stream", async () => {
  const one = camera();
  const second = video();
  const starting = [one.start(video()).catch(() => undefined), one.start(second).catch(() => undefined)];
  await openings[1]!.answer();
  await openings[0]!.answer();
  await Promise.all(starting);
  expect(openings.map(({ live }) => live())).toEqual([false, true]);
  one.stop();
  expect(openings.some(({ live }) => live())).toBe(false);
});
