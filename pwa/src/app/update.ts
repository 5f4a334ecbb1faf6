/**
 * New versions: found in the background, offered in words, taken over when the person says so and no tab has
 * an inspection open. See src/sw.ts for the other side.
 */
import { shallowRef } from "vue";
import type { PageAnswer, WorkerQuestion, WorkerWord } from "./update-words";

export type UpdateState = "none" | "ready" | "busy" | "taking";

/** Whether a new version waits, and what became of taking it over. */
export const updateState = shallowRef<UpdateState>("none");

/** How often, and for how long, the new worker is asked before the person is offered it again. */
const ASK_EVERY_MS = 3_000;
const ASKS = 10;

let held = 0;
let registration: ServiceWorkerRegistration | undefined;
/** The worker is of a newer version than this page. */
let outdated = false;

/** An open inspection holds updates back until the answer is called. */
export function holdUpdates(): () => void {
  let open = true;
  held += 1;
  return () => {
    if (open) held -= 1;
    open = false;
  };
}

function offer(): void {
  if (registration?.waiting && navigator.serviceWorker.controller) updateState.value = "ready";
}

function hear(event: MessageEvent): void {
  const word = event.data as WorkerQuestion | undefined;
  if (word?.type === "busy?")
    event.ports[0]?.postMessage({ busy: held > 0 || outdated } satisfies PageAnswer);
  if (word?.type === "busy") updateState.value = "busy";
}

/** The new worker is in charge. An inspection that was opened meanwhile is not interrupted: its person is asked. */
function renew(): void {
  if (outdated) return;
  outdated = true;
  if (held === 0) location.reload();
  else updateState.value = "ready";
}

/** Registers the worker in a built app. Browsers without one go on without offline start, and say so in 我的. */
export async function startUpdates(): Promise<void> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  let controlled = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener("message", hear);
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    // The first worker claims its page without a change of version: nothing to load anew.
    if (controlled) renew();
    controlled = true;
  });
  try {
    registration = await navigator.serviceWorker.register("/sw.js", { scope: "/", updateViaCache: "none" });
  } catch {
    return;
  }
  offer();
  registration.addEventListener("updatefound", () => {
    registration?.installing?.addEventListener("statechange", offer);
  });
}

/** The person asks for the new version. */
export function takeUpdate(): void {
  if (outdated) location.reload();
  else if (registration?.waiting) ask(registration.waiting, ASKS);
}

function ask(waiting: ServiceWorker, left: number): void {
  updateState.value = "taking";
  waiting.postMessage({ type: "take-over" } satisfies WorkerWord);
  setTimeout(() => {
    if (updateState.value !== "taking" || outdated) return;
    if (left > 1) ask(waiting, left - 1);
    else offer();
  }, ASK_EVERY_MS);
}

/** Looks for a new version now; quietly does nothing without network. */
export async function lookForUpdate(): Promise<void> {
  try {
    await registration?.update();
  } catch {
    return;
  }
  offer();
}
