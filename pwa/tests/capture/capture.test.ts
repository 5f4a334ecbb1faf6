import { describe, expect, it } from "vitest";
import type { Watermark } from "../../src/app/ports";
import { browserKind, deviceLabel } from "../../src/app/browser";
import { fitted, isBlank, mediaTypeOf, MOST_PIXELS } from "../../src/capture/picture";
import { PositionKeeper, type Fix, type Receiver } from "../../src/capture/position";
import { bounds } from "../../src/capture/signature";
import { drawMarks, drawWatermark, shanghaiTime, watermarkLines } from "../../src/capture/watermark";
import { FakeClock } from "../phone/effects";

class FakeReceiver implements Receiver {
  found: (fix: Fix) => void = () => undefined;
  failed: (denied: boolean) => void = () => undefined;
  watching = 0;

  watch(found: (fix: Fix) => void, failed: (denied: boolean) => void): () => void {
    this.watching += 1;
    Object.assign(this, { found, failed });
    return () => (this.watching -= 1);
  }
}

const fixAt = (clock: FakeClock, accuracy: number, ago = 0): Fix => ({
  latitude: 33.6270049,
  longitude: 113.3510051,
  accuracy,
  at: clock.now() - ago,
});

describe("the position", () => {
  it("is the most accurate of the last minute, with its age, in decimal strings", async () => {
    const [clock, receiver] = [new FakeClock(), new FakeReceiver()];
    const keeper = new PositionKeeper(receiver, clock);
    const done = keeper.watch();
    receiver.found(fixAt(clock, 12));
    clock.pass(20_000);
    receiver.found(fixAt(clock, 25));
    expect(await keeper.fix()).toEqual({ lat: "33.62700", lng: "113.35101", accuracy_m: 12, age_s: 20 });
    clock.pass(45_000);
    expect(await keeper.fix()).toMatchObject({ accuracy_m: 25, age_s: 45 });
    done();
    done();
    expect(receiver.watching).toBe(0);
    expect(keeper.state.value).toBe("off");
  });

  it("is had where the phone's clock is a year off the satellites'", async () => {
    const [clock, receiver] = [new FakeClock(), new FakeReceiver()];
    const keeper = new PositionKeeper(receiver, clock);
    const done = keeper.watch();
    receiver.found(fixAt(clock, 12, 365 * 86_400_000));
    expect(await keeper.fix()).toMatchObject({ accuracy_m: 12, age_s: 10 });
    receiver.found(fixAt(clock, 8, -365 * 86_400_000));
    expect(await keeper.fix()).toMatchObject({ accuracy_m: 8, age_s: 0 });
    done();
  });

  it("of the last place is not that of the next, because the clock was set back in between", async () => {
    const [clock, receiver] = [new FakeClock(), new FakeReceiver()];
    const keeper = new PositionKeeper(receiver, clock);
    const done = keeper.watch();
    receiver.found(fixAt(clock, 5));
    clock.set(clock.now() - 3_600_000);
    clock.pass(30 * 60_000);
    receiver.found({ ...fixAt(clock, 20), latitude: 33.7 });
    expect(await keeper.fix()).toMatchObject({ lat: "33.70000", accuracy_m: 20 });
    done();
  });

  it("waits for a good fix, and takes a poor one when the time is over", async () => {
    const [clock, receiver] = [new FakeClock(), new FakeReceiver()];
    const keeper = new PositionKeeper(receiver, clock);
    const good = keeper.fix(8_000);
    receiver.found(fixAt(clock, 900));
    receiver.found(fixAt(clock, 8));
    expect(await good).toMatchObject({ accuracy_m: 8 });
    clock.pass(70_000);
    const poor = keeper.fix(8_000);
    receiver.found(fixAt(clock, 900));
    clock.pass(8_000);
    expect(await poor).toMatchObject({ accuracy_m: 900 });
    clock.pass(70_000);
    const none = keeper.fix(8_000);
    clock.pass(8_000);
    expect(await none).toBeNull();
    expect(receiver.watching).toBe(0);
  });

  it("that is forbidden or missing holds nobody up", async () => {
    const [clock, receiver] = [new FakeClock(), new FakeReceiver()];
    const keeper = new PositionKeeper(receiver, clock);
    const asked = keeper.fix();
    receiver.failed(true);
    expect(await asked).toBeNull();
    expect(keeper.state.value).toBe("denied");
    expect(await new PositionKeeper(null, clock).fix()).toBeNull();
  });
});

describe("a picture", () => {
  const bytes = (...head: number[]): ArrayBuffer =>
    Uint8Array.from([...head, ...new Array<number>(16).fill(0)]).buffer;
  const words = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0));

  it("is known by its first bytes, whatever its name says", () => {
    expect(mediaTypeOf(bytes(0xff, 0xd8, 0xff))).toBe("image/jpeg");
    expect(mediaTypeOf(bytes(0x89, 0x50, 0x4e, 0x47))).toBe("image/png");
    expect(mediaTypeOf(bytes(...words("RIFFxxxxWEBP")))).toBe("image/webp");
    expect(mediaTypeOf(bytes(...words("xxxxftypheic")))).toBe("image/heic");
    expect(mediaTypeOf(bytes(...words("<svg onload=")))).toBeNull();
    expect(mediaTypeOf(new ArrayBuffer(0))).toBeNull();
  });

  it("of 48 megapixels is drawn within what an iPhone's canvas bears", () => {
    const { width, height } = fitted(8064, 6048, 99_999);
    expect(width * height).toBeLessThanOrEqual(MOST_PIXELS);
    expect(width / height).toBeCloseTo(8064 / 6048, 2);
    expect(fitted(4000, 3000, 1600)).toEqual({ width: 1600, height: 1200 });
    expect(fitted(100, 50, 1600)).toEqual({ width: 100, height: 50 });
  });

  it("that never came is told from a dark cellar", () => {
    expect(isBlank(new Uint8ClampedArray([0, 0, 0, 255, 0, 0, 0, 0]))).toBe(true);
    expect(isBlank(new Uint8ClampedArray([0, 0, 0, 255, 1, 0, 0, 255]))).toBe(false);
  });
});

describe("the layers over a photo", () => {
  const mark: Watermark = {
    taken_at: "2026-11-22T06:05:09.000Z",
    place: { lat: "33.62700", lng: "113.35100", accuracy_m: 12, age_s: 3 },
    inspector: "李建国",
    subject: "昆阳春天宾馆",
    number: "叶公随查〔2026〕第17号",
    sha256: "ab12cd34".repeat(8),
    source: "camera",
  };

  it("tell time in Shanghai, subject, number, inspector, place and the beginning of the hash", () => {
    expect(watermarkLines(mark)).toEqual([
      "2026-11-22 14:05:09",
      "昆阳春天宾馆",
      "叶公随查〔2026〕第17号  李建国",
      "33.62700, 113.35100 ±12m",
      "SHA-256 ab12cd34",
    ]);
    expect(watermarkLines({ ...mark, place: null, sha256: null })[3]).toBe("无定位");
    expect(shanghaiTime("2026-12-31T16:00:00.000Z")).toBe("2027-01-01 00:00:00");
  });

  it("say of a picture from the album that it was picked, in the words of the printed record, and that the time is the picking's", () => {
    const lines = watermarkLines({ ...mark, source: "file" });
    expect(lines[0]).toBe("相册选取  选取时间 2026-11-22 14:05:09");
    expect(lines.slice(1)).toEqual(watermarkLines(mark).slice(1));
  });

  it("can be read on a small screen, and leave most of the picture free", () => {
    const sizes: string[] = [];
    let ground = 0;
    const canvas = new Proxy({} as Record<string, unknown>, {
      get:
        (_target, name: string) =>
        (...given: unknown[]) => {
          if (name === "fillRect") ground = given[3] as number;
          return name === "measureText" ? { width: 100 } : undefined;
        },
      set: (_target, name, value) => (name === "font" && sizes.push(value as string), true),
    });
    const lines = watermarkLines(mark);
    drawWatermark(canvas as never, 1600, 900, lines);
    // On a screen 390 wide a letter of 11 px is one of 45 in the picture.
    drawWatermark(canvas as never, 1600, 900, lines, 45);
    expect(ground).toBeLessThan(900 * 0.42);
    expect(sizes.map(parseFloat)).toEqual([28, 41]);
  });

  it("are drawn within the picture, at thousandths of its size", () => {
    const calls: [string, ...unknown[]][] = [];
    const canvas = new Proxy({} as Record<string, unknown>, {
      get:
        (_target, name: string) =>
        (...given: unknown[]) => {
          calls.push([name, ...given]);
          return name === "measureText" ? { width: 100 } : undefined;
        },
      set: () => true,
    });
    drawMarks(canvas as never, 2000, 1000, [
      { shape: "box", x1: 500, y1: 500, x2: 100, y2: 100 },
      { shape: "arrow", x1: 0, y1: 0, x2: 1000, y2: 1000 },
      { shape: "text", x1: 250, y1: 250, x2: 250, y2: 250, text: "无登记" },
    ]);
    expect(calls).toContainEqual(["strokeRect", 200, 100, 800, 400]);
    expect(calls).toContainEqual(["fillText", "无登记", 500, 250]);
    expect(calls.find(([name]) => name === "lineTo")).toBeDefined();
    calls.length = 0;
    drawWatermark(canvas as never, 2000, 1000, ["一", "二"]);
    const ys = calls.filter(([name]) => name === "fillText").map(([, , , y]) => y as number);
    expect(Math.max(...ys)).toBeLessThan(1000);
    expect(ys[0]).toBeLessThan(ys[1]!);
  });
});

it("a signature is cut to its strokes with a margin", () => {
  expect(
    bounds([
      { x: 100, y: 50 },
      { x: 300, y: 90 },
    ]),
  ).toEqual({ left: 88, top: 38, width: 224, height: 64 });
});

describe("the browser", () => {
  const facts = (userAgent: string, secure = true): Parameters<typeof browserKind>[0] => ({
    userAgent,
    secure,
    standalone: false,
  });

  it.each([
    ["Mozilla/5.0 (Linux; Android 12) Chrome/107 Mobile MicroMessenger/8.0.44", "wechat"],
    ["Mozilla/5.0 (Linux; Android 10) Chrome/89 MQQBrowser/6.2 TBS/046247", "x5"],
    ["Mozilla/5.0 (Linux; Android 9) Chrome/80.0.3987.99 Mobile Safari/537.36", "old"],
    ["Mozilla/5.0 (Linux; Android 12) Chrome/92.0.4515.105 HuaweiBrowser/14.0.5", "ok"],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1", "ok"],
  ])("%s is %s", (userAgent, kind) => {
    expect(browserKind(facts(userAgent))).toBe(kind);
  });

  it("without TLS is told, because nothing can be encrypted there", () => {
    expect(browserKind(facts("Chrome/120", false))).toBe("insecure");
  });

  it("has a name by which one's own two phones are told apart", () => {
    expect(
      deviceLabel(facts("Mozilla/5.0 (Linux; Android 12; NOH-AN00) Chrome/92.0 HuaweiBrowser/14.0.5")),
    ).toBe("Android 12 · 华为浏览器 14");
    expect(deviceLabel(facts("Mozilla/5.0 (iPhone; CPU OS 17) Version/17.5 Mobile Safari/604"))).toBe(
      "iOS · Safari 17",
    );
  });
});
