/** What lies over the page, topmost last. The back key closes it, as on every phone, before it leaves the page. */
import { onBeforeUnmount, watch } from "vue";

const over: (() => void)[] = [];

/** While `open`, the back key calls `close`, which may ask something first. */
export function useOver(open: () => boolean, close: () => void): void {
  const own = (): void => close();
  const leave = (): void => {
    const place = over.indexOf(own);
    if (place >= 0) over.splice(place, 1);
  };
  watch(
    open,
    (now) => {
      leave();
      if (now) over.push(own);
    },
    { immediate: true, flush: "sync" },
  );
  onBeforeUnmount(leave);
}

/** False when nothing lies over the page. */
export function closeTopmost(): boolean {
  const topmost = over.at(-1);
  topmost?.();
  return topmost !== undefined;
}
