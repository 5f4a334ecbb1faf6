/** Keeps a draw's proceedings fresh while the ceremony goes on, and reads the record once it may be seen. */
import { computed, onMounted, onScopeDispose, ref, shallowRef } from "vue";
import type { ComputedRef, Ref, ShallowRef } from "vue";
import { useSuicha } from "@/app/container";
import type { Certificate } from "@/core/draw/types";
import { useRefusals } from "@/ui/refusal";
import type { Proceedings } from "./proceedings";

const LIVE_MS = 1_500;
/** A sealed result may be opened while the room is on the wall. */
const SEALED_MS = 60_000;

export interface Watched<P extends Proceedings> {
  draw: ShallowRef<P | null>;
  record: ShallowRef<Certificate | null>;
  /** Everything that there is to show is here. */
  ready: ComputedRef<boolean>;
  failed: Ref<string | null>;
  /** What an act of this page answered. */
  take: (draw: P) => void;
  reload: () => Promise<void>;
}

/**
 * `path` answers with the proceedings. `restricted`: how somebody who may see it reads the record of a targeted draw.
 */
export function useProceedings<P extends Proceedings>(
  path: () => string,
  restricted?: () => Promise<Certificate>,
): Watched<P> {
  const { api } = useSuicha();
  const { sentence } = useRefusals();
  const draw: ShallowRef<P | null> = shallowRef(null);
  const record = shallowRef<Certificate | null>(null);
  const failed = ref<string | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let gone = false;

  async function readRecord(found: P): Promise<Certificate | null> {
    if (found.certificate === null || record.value !== null) return record.value;
    if (found.result === "open")
      return await api.get<Certificate>(`/api/drawing/records/${found.certificate.number}`);
    return found.result === "restricted" && restricted ? await restricted() : null;
  }

  async function reload(): Promise<void> {
    clearTimeout(timer);
    try {
      const found = await api.get<P>(path());
      record.value = await readRecord(found);
      draw.value = found;
      failed.value = null;
    } catch (thrown) {
      // What was seen stays on the wall; only a first answer that fails is told.
      if (draw.value === null) failed.value = sentence(thrown);
    }
    plan();
  }

  function plan(): void {
    if (gone) return;
    const here = draw.value;
    const live = here === null || here.state === "announced";
    if (live || here.result === "sealed") timer = setTimeout(() => void reload(), live ? LIVE_MS : SEALED_MS);
  }

  onMounted(() => void reload());
  onScopeDispose(() => {
    gone = true;
    clearTimeout(timer);
  });
  return {
    draw,
    record,
    ready: computed(() => draw.value !== null && (draw.value.result !== "open" || record.value !== null)),
    failed,
    take: (found) => {
      if (found.certificate === null) draw.value = found;
      void reload();
    },
    reload,
  };
}
