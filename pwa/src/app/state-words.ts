/** The words of the state line: network, what waits, and whether the open inspection is saved. */
import { computed } from "vue";
import type { ComputedRef } from "vue";
import { useWords } from "@/locales";
import type { StateWord } from "@/ui/StateLine.vue";
import { clockTime } from "@/ui/format";
import { useSuicha } from "./container";
import type { SyncStatus } from "./ports";
import { savedState, typing } from "./saved";

export function useStateWords(): ComputedRef<StateWord[]> {
  const { t } = useWords();
  const { session, sync } = useSuicha();

  function network(status: SyncStatus): StateWord {
    if (status.needsLogin)
      return { key: "network", icon: "lock", text: t("state.needs_login"), tone: "warn" };
    if (status.network === "online")
      return { key: "network", icon: "cloud", text: t("state.online"), tone: "quiet" };
    if (status.network === "connecting")
      return { key: "network", icon: "cloud", text: t("state.connecting"), tone: "quiet" };
    const text = t(status.network === "offline" ? "state.offline" : "state.unreachable");
    return { key: "network", icon: "cloudOff", text, tone: "quiet" };
  }

  function waiting(status: SyncStatus): StateWord {
    const { entries, photos, refused, held } = status.waiting;
    const word = { key: "waiting", to: "/sync" } as const;
    if (refused + held > 0)
      return { ...word, icon: "warning", text: t("state.refused", { n: refused + held }), tone: "fail" };
    if (status.percent !== null)
      return { ...word, icon: "upload", text: t("state.uploading", { n: status.percent }), tone: "quiet" };
    if (entries + photos > 0)
      return { ...word, icon: "upload", text: t("state.waiting", { n: entries + photos }), tone: "quiet" };
    return { key: "waiting", icon: "check", text: t("state.all_sent"), tone: "quiet" };
  }

  function saved(): StateWord[] {
    const now = savedState.value;
    if (now === null) return [];
    if (now.state === "failed")
      return [{ key: "saved", icon: "warning", text: t("state.not_saved"), tone: "fail" }];
    if (now.state === "saving" || typing.value > 0)
      return [{ key: "saved", icon: "pen", text: t("state.saving"), tone: "quiet" }];
    const text = now.at ? t("state.saved_at", { time: clockTime(now.at) }) : t("state.saved");
    return [{ key: "saved", icon: "check", text, tone: "quiet" }];
  }

  return computed(() => {
    const status = sync.status.value;
    const inField = session.state.value.areas.includes("field");
    return [network(status), ...(inField ? [waiting(status)] : []), ...saved()];
  });
}
