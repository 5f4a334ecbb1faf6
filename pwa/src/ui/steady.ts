/** Lists that are computed from the whole view of an inspection, which is made anew with every statement. */
import { computed, type ComputedRef } from "vue";

/**
 * A computed list that stays the same array while it says the same, so that what shows it is not drawn again. Members
 * are plain data: the same object, or the same JSON.
 */
export function steady<T>(list: () => readonly T[]): ComputedRef<readonly T[]> {
  return computed<readonly T[]>((before) => {
    const now = list();
    return before !== undefined && isSame(before, now) ? before : now;
  });
}

function isSame(before: readonly unknown[], now: readonly unknown[]): boolean {
  return (
    before.length === now.length &&
    before.every((one, at) => one === now[at] || JSON.stringify(one) === JSON.stringify(now[at]))
  );
}
