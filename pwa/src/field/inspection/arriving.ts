/** Saying that one has come or gone, with the place where it was said. */
import { ref } from "vue";
import type { Ref } from "vue";
import { useSuicha } from "@/app/container";
import { useInspecting } from "./inspecting";

const LEAVING_FIX_MS = 3000;

export interface Arriving {
  busy: Ref<boolean>;
  arrive(): Promise<boolean>;
  leave(): Promise<boolean>;
}

export function useArriving(): Arriving {
  const { say } = useInspecting();
  const { capture } = useSuicha();
  const busy = ref(false);

  async function state(event: "arrived" | "left", waitMs?: number): Promise<boolean> {
    busy.value = true;
    try {
      const position = await capture.position.fix(waitMs);
      return await say([{ kind: "presence", path: "", value: { event, position } }]);
    } finally {
      busy.value = false;
    }
  }

  return {
    busy,
    arrive: () => state("arrived"),
    leave: () => state("left", LEAVING_FIX_MS),
  };
}
