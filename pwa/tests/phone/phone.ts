/** A whole phone: one browser profile with the app assembled over it, as the container does. */
import type { Person } from "../../src/api/types";
import { assemble } from "../../src/app/assemble";
import type { CapturePort, Effects, Suicha } from "../../src/app/ports";
import { Profile } from "./effects";
import { PASSWORD } from "./people";
import type { FakeServer } from "./server";

export class Phone {
  readonly profile: Profile;
  readonly marks: string[] = [];

  constructor(
    readonly server: FakeServer,
    seed: string,
    profile?: Profile,
  ) {
    this.profile = profile ?? new Profile(seed);
    this.profile.fetch = server.fetch;
  }

  /** A fresh start of the app in this profile: after a kill, or a second tab. */
  start(changed: Partial<Effects> = {}): Suicha {
    return assemble(this.profile.tab(changed), {
      language: () => "zh-CN",
      mark: { read: () => this.marks, add: (device) => void this.marks.push(device) },
      label: "Android 12 · Chrome 126",
      browser: "ok",
      installed: false,
      capture: () => ({}) as CapturePort,
      sendFile: async () => true,
    });
  }

  async login(app: Suicha, person: Person, password = PASSWORD): Promise<void> {
    await app.session.login({ login: person.login, password });
    await app.sync.now();
  }

  offline(): void {
    this.profile.fetch = () => Promise.reject(new TypeError("no network"));
    this.profile.wakes.go("offline");
  }

  online(): void {
    this.profile.fetch = this.server.fetch;
    this.profile.wakes.go("online");
  }
}
