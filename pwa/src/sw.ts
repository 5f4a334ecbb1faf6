/**
 * The service worker: keeps the phone app's files and answers navigations from them, so that the app opens
 * without network. It never touches anything but GET, never data (/api), and never the office's files.
 *
 * A new version waits. It takes over only when a page asks for it and no tab has an inspection open. The browser may
 * do it some time after that, and somebody may have opened an inspection in between: the files of the old version
 * stay until no page runs it, so an open page never misses a part of itself.
 */
import { PrecacheController, PrecacheRoute, cleanupOutdatedCaches } from "workbox-precaching";
import type { PrecacheEntry } from "workbox-precaching";
import { NavigationRoute, registerRoute } from "workbox-routing";
import type { PageAnswer, WorkerQuestion, WorkerWord } from "./app/update-words";

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: (PrecacheEntry | string)[] };

/** Pages of the app itself, by path and query; everything else (public pages, verifier, downloads) goes to the server. */
const APP_PAGES = /^\/(?:(?:login|tasks|inspect|sync|me|lead|office)(?:\/[^?]*)?)?(?:\?.*)?$/;
const ANSWER_WITHIN_MS = 2000;

const files = new PrecacheController();
files.addToCacheList(self.__WB_MANIFEST);
cleanupOutdatedCaches();
registerRoute(new PrecacheRoute(files, { cleanURLs: false }));
registerRoute(new NavigationRoute(files.createHandlerBoundToURL("index.html"), { allowlist: [APP_PAGES] }));
registerRoute(({ url, sameOrigin }) => sameOrigin && url.pathname.startsWith("/assets/"), olderFile);

self.addEventListener("install", (event) => void files.install(event));
self.addEventListener("activate", (event) => event.waitUntil(begin(event)));

self.addEventListener("message", (event: ExtendableMessageEvent) => {
  const word = event.data as WorkerWord | undefined;
  if (word?.type === "take-over") event.waitUntil(takeOver(event.source));
});

async function takeOver(asking: Client | ServiceWorker | MessagePort | null): Promise<void> {
  if (await anyBusy()) {
    asking?.postMessage({ type: "busy" } satisfies WorkerQuestion);
    return;
  }
  // Not awaited: it ends when the old worker has ended its work. Chromium looks for that at the end of an event of
  // the old worker, and can miss the last one; so there is one more.
  void self.skipWaiting();
  self.registration.active?.postMessage({ type: "rest" } satisfies WorkerWord);
}

/** A page with an inspection open goes on with the old files; then they go with the next version. */
async function begin(event: ExtendableEvent): Promise<void> {
  const busy = await anyBusy();
  await self.clients.claim();
  if (!busy) await files.activate(event);
}

/** A part of the version before, for a page that still runs it; the office's parts come from the server. */
async function olderFile({ request }: { request: Request }): Promise<Response> {
  return (await caches.match(request, { cacheName: files.strategy.cacheName })) ?? (await fetch(request));
}

async function anyBusy(): Promise<boolean> {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return (await Promise.all(pages.map(isBusy))).some(Boolean);
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
