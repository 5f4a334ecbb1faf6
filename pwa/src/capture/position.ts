/** Where we are, from a fix of our own (never from a photo's EXIF, which phones strip or keep from last year). */
import { shallowRef } from "vue";
import type { Clock, Position, PositionPort, Unlisten } from "../app/ports";

/** One fix of the receiver. */
export interface Fix {
  latitude: number;
  longitude: number;
  /** Metres. */
  accuracy: number;
  /** UTC ms, as the receiver says. */
  at: number;
}

/** The phone's receiver. `failed` says whether the person forbade it. */
export interface Receiver {
  watch(found: (fix: Fix) => void, failed: (denied: boolean) => void): Unlisten;
}

const FRESH_MS = 60_000;
/** How old a fix may be when it is handed over: what the receiver is asked for. */
const HANDED_OVER_MS = 10_000;
/** A fix this good is not waited over. */
const GOOD_M = 30;

export class PositionKeeper implements PositionPort {
  readonly state = shallowRef<"off" | "searching" | "fixed" | "denied" | "missing">("off");
  private fixes: Fix[] = [];
  private watchers = 0;
  private stop: Unlisten = () => undefined;
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly receiver: Receiver | null,
    private readonly clock: Clock,
  ) {
    if (receiver === null) this.state.value = "missing";
  }

  watch(): Unlisten {
    this.watchers += 1;
    if (this.watchers === 1) this.begin();
    let watching = true;
    return () => {
      if (!watching) return;
      watching = false;
      this.watchers -= 1;
      if (this.watchers === 0) this.end();
    };
  }

  async fix(timeoutMs = 8_000): Promise<Position | null> {
    const known = this.best();
    if (known !== null && known.accuracy <= GOOD_M) return this.written(known);
    if (this.receiver === null || this.state.value === "denied")
      return known === null ? null : this.written(known);
    const done = this.watch();
    try {
      await this.better(timeoutMs);
    } finally {
      done();
    }
    const best = this.best();
    return best === null ? null : this.written(best);
  }

  private begin(): void {
    if (this.receiver === null) return;
    this.state.value = "searching";
    this.stop = this.receiver.watch(
      (fix) => {
        const now = this.clock.now();
        // A receiver's clock and the phone's may be years apart; that the fix is not older than asked for is known.
        const at = Math.min(now, Math.max(fix.at, now - HANDED_OVER_MS));
        this.fixes = [...this.fresh(now), { ...fix, at }];
        this.state.value = "fixed";
        if (fix.accuracy <= GOOD_M) this.wake();
      },
      (denied) => {
        if (denied) this.state.value = "denied";
        if (denied) this.wake();
      },
    );
  }

  private end(): void {
    this.stop();
    if (this.state.value !== "denied" && this.state.value !== "missing") this.state.value = "off";
  }

  /** Until a good fix comes, the permission is refused, or the time is over. */
  private better(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        this.waiting.delete(done);
        resolve();
      };
      const cancel = this.clock.after(timeoutMs, done);
      this.waiting.add(done);
    });
  }

  private wake(): void {
    for (const done of [...this.waiting]) done();
  }

  /** The most accurate fix of the last minute. */
  private best(): Fix | null {
    return this.fresh(this.clock.now()).reduce<Fix | null>(
      (best, fix) => (best === null || fix.accuracy < best.accuracy ? fix : best),
      null,
    );
  }

  /** What is of a time to come was had before the clock was set back: how old it is, nobody knows. */
  private fresh(now: number): Fix[] {
    return this.fixes.filter(({ at }) => at >= now - FRESH_MS && at <= now);
  }

  private written({ latitude, longitude, accuracy, at }: Fix): Position {
    return {
      lat: latitude.toFixed(5),
      lng: longitude.toFixed(5),
      accuracy_m: Math.min(10_000_000, Math.max(0, Math.round(accuracy))),
      age_s: Math.max(0, Math.round((this.clock.now() - at) / 1000)),
    };
  }
}

/** The browser's receiver; null where there is none. */
export function browserReceiver(): Receiver | null {
  const geolocation = navigator.geolocation as Geolocation | undefined;
  if (geolocation === undefined) return null;
  return {
    watch(found, failed) {
      const id = geolocation.watchPosition(
        ({ coords: { latitude, longitude, accuracy }, timestamp }) =>
          found({ latitude, longitude, accuracy, at: timestamp }),
        (error) => failed(error.code === error.PERMISSION_DENIED),
        { enableHighAccuracy: true, maximumAge: HANDED_OVER_MS, timeout: 30_000 },
      );
      return () => geolocation.clearWatch(id);
    },
  };
}
