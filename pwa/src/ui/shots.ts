/** The pictures of one sitting with the camera, each with what became of it; 已保存 only when `keep` has resolved. */
import { computed, onBeforeUnmount, shallowRef } from "vue";
import type { ComputedRef, ShallowRef } from "vue";
import type { Shot } from "@/app/ports";
import { useRefusals } from "./refusal";

export interface Taken {
  id: number;
  /** Of the picture as it was taken; gone with the camera. */
  url: string;
  state: "saving" | "saved" | "failed";
  /** Why it was not kept. */
  reason: string;
}

export interface Shots {
  /** Newest first. */
  shots: ShallowRef<Taken[]>;
  saved: ComputedRef<number>;
  saving: ComputedRef<number>;
  failed: ComputedRef<number>;
  /** Resolves when the shot is kept or refused; never throws for a refusal. */
  add(shot: Shot): Promise<void>;
  /** Tries to keep a refused one again; its bytes are held until the camera is closed. */
  again(id: number): Promise<void>;
  /** Resolves when nothing is being saved any more. */
  settled(): Promise<void>;
}

export function useShots(keep: (shot: Shot) => Promise<void>): Shots {
  const { sentence } = useRefusals();
  const shots = shallowRef<Taken[]>([]);
  const unkept = new Map<number, Shot>();
  const running = new Set<Promise<void>>();
  const counted = (state: Taken["state"]): ComputedRef<number> =>
    computed(() => shots.value.filter((one) => one.state === state).length);

  function put(id: number, change: Partial<Taken>): void {
    shots.value = shots.value.map((one) => (one.id === id ? { ...one, ...change } : one));
  }

  async function add(shot: Shot): Promise<void> {
    const id = shots.value.length + 1;
    const url = URL.createObjectURL(new Blob([shot.bytes], { type: shot.media_type }));
    shots.value = [{ id, url, state: "saving", reason: "" }, ...shots.value];
    unkept.set(id, shot);
    await settle(id, shot);
  }

  /** Keeps it, and is known to be at work until it has. */
  async function settle(id: number, shot: Shot): Promise<void> {
    const work = attempt(id, shot);
    running.add(work);
    await work;
    running.delete(work);
  }

  async function settled(): Promise<void> {
    await Promise.all(running);
  }

  async function again(id: number): Promise<void> {
    const shot = unkept.get(id);
    if (shot === undefined || shots.value.find((one) => one.id === id)?.state !== "failed") return;
    put(id, { state: "saving", reason: "" });
    await settle(id, shot);
  }

  async function attempt(id: number, shot: Shot): Promise<void> {
    try {
      await keep(shot);
      unkept.delete(id);
      put(id, { state: "saved" });
    } catch (error) {
      put(id, { state: "failed", reason: sentence(error) });
    }
  }

  onBeforeUnmount(() => {
    for (const { url } of shots.value) URL.revokeObjectURL(url);
  });
  return {
    shots,
    saved: counted("saved"),
    saving: counted("saving"),
    failed: counted("failed"),
    add,
    again,
    settled,
  };
}
