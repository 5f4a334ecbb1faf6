/** When a photo that was not to be had is worth asking for again. */
import { computed, type ComputedRef } from "vue";
import type { SyncPort } from "@/app/ports";

/**
 * Empty without network. Another one when the network is back, and once a minute as the sync goes on: a partner's
 * photo may have arrived by then, and every question for one that has not costs a request.
 */
export function useChance(sync: Pick<SyncPort, "status">): ComputedRef<string> {
  return computed(() => {
    const { network, lastSync } = sync.status.value;
    return network === "online" ? `online ${lastSync?.slice(0, "2026-11-22T06:05".length) ?? ""}` : "";
  });
}
