/**
 * Everything the app does in the world, built once and handed in: the browser's effects, the vaults, the sync, the
 * camera. Screens ask for it with `useSuicha()` and know the ports only.
 */
import { inject, type App, type InjectionKey } from "vue";
import { browserCapture } from "../capture/capture";
import { language } from "../locales";
import { assemble } from "./assemble";
import { browserFacts, browserKind, deviceLabel } from "./browser";
import { browserDeviceMark } from "./device-mark";
import { browserEffects } from "./effects";
import { shareOrDownload } from "./share";
import type { Suicha } from "./ports";

const SUICHA: InjectionKey<Suicha> = Symbol("suicha");

/** The app of a browser. */
export function createSuicha(): Suicha {
  const facts = browserFacts();
  return assemble(browserEffects(), {
    language,
    mark: browserDeviceMark(),
    label: deviceLabel(facts),
    browser: browserKind(facts),
    installed: facts.standalone,
    capture: browserCapture,
    sendFile: shareOrDownload,
  });
}

export function provideSuicha(app: App, suicha: Suicha): void {
  app.provide(SUICHA, suicha);
}

/** The container, in a component's setup. */
export function useSuicha(): Suicha {
  const suicha = inject(SUICHA);
  if (suicha === undefined) throw new Error("provideSuicha was not called");
  return suicha;
}
