/** Why a thing that is in order has not gone yet: what it waits for, as a key of `sync`. */
import type { SyncItem, SyncStatus } from "@/app/ports";

export type Why =
  "login" | "network" | "unreachable" | "elsewhere" | "entries" | "photos" | "chunk" | "now" | "next";

/** `ahead`: bytes that were there before this item and have not gone either. */
export function whyWaiting(item: SyncItem, ahead: boolean, status: SyncStatus): Why {
  if (status.needsLogin) return "login";
  if (status.network === "offline") return "network";
  if (status.network === "unreachable") return "unreachable";
  if (status.elsewhere) return "elsewhere";
  if (item.what !== "entry") {
    if (status.waiting.entries > 0) return "entries";
    if (ahead) return "photos";
  } else if (status.items.some(({ state }) => state === "sending")) return "chunk";
  return status.running ? "now" : "next";
}
