/**
 * The service worker: keeps the phone app's files and answers navigations from them, so that the app opens
 * without network. It never touches anything but GET, never data (/api), and never the office's files.
 *
 * A new version waits. It takes over only when a page asks for it and no tab has an inspection open; the old
 * files stay until then, so an open page never misses a part of itself.
 */
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute } from "workbox-precaching";
import type { PrecacheEntry } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import type { PageAnswer, WorkerQuestion, WorkerWord } from "./app/update-words";

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: (PrecacheEntry | string)[] };

/** Pages of the app itself, by path and query; everything else (public pages, verifier, downloads) goes to the server. */
const APP_PAGES = /^\/(?:(?:login|tasks|inspect|sync|me|lead|office)(?:\/[^?]*)?)?(?:\?.*)?$/;
const ANSWER_WITHIN_MS = 2000;

cleanupOutdatedCaches();
precacheAndRoute(self.__WB_MANIFEST, { cleanURLs: false });
registerRoute(new NavigationRoute(createHandlerBoundToURL("index.html"), { allowlist: [APP_PAGES] }));

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event: ExtendableMessageEvent) => {
  const word = event.data as WorkerWord | undefined;
  if (word?.type === "take-over") event.waitUntil(takeOver(event.source));
});

async function takeOver(asking: Client | ServiceWorker | MessagePort | null): Promise<void> {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const answers = await Promise.all(pages.map(isBusy));
  if (answers.some(Boolean)) asking?.postMessage({ type: "busy" } satisfies WorkerQuestion);
  else await self.skipWaiting();
}

/** A page that does not answer (frozen in the background) counts as busy: it may hold an inspection. */
function isBusy(page: Client): Promise<boolean> {
  return new Promise((settle) => {
    const { port1, port2 } = new MessageChannel();
    const timer = setTimeout(() => settle(true), ANSWER_WITHIN_MS);
    port1.onmessage = (event: MessageEvent<PageAnswer>) => {
      clearTimeout(timer);
      settle(event.data.busy);
    };
    page.postMessage({ type: "busy?" } satisfies WorkerQuestion, [port2]);
  });
}
