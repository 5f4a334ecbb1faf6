/** The number of waiting things on the app's icon, where the system draws one. */
import { watch } from "vue";
import { unsentOf } from "./day-end";
import type { Suicha } from "./ports";

interface Badging {
  setAppBadge?: (count: number) => Promise<void>;
  clearAppBadge?: () => Promise<void>;
}

/** Follows the sync of whoever is signed in; after logging out the last number stays, as the work does. */
export function keepBadge({ session, sync }: Suicha, badging: Badging = navigator as Badging): void {
  if (badging.setAppBadge === undefined) return;
  const waiting = (): number | null => {
    if (!session.state.value.me?.device) return null;
    return unsentOf(sync.status.value.waiting);
  };
  watch(
    waiting,
    (count) => {
      if (count === null) return;
      // Refused where the app is not installed: the number is then only in the app.
      void (count > 0 ? badging.setAppBadge?.(count) : badging.clearAppBadge?.())?.catch(() => undefined);
    },
    { immediate: true },
  );
}
