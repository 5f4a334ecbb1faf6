/** The open differences in the order of the checklist, and the way to the next one. */
import type { Conflict, InspectionView } from "@/app/ports";
import { placeOf } from "@/ui/checklist";

export interface ConflictPlace {
  section: string;
  code: string;
  /** Of a table. */
  row: string | null;
  path: string;
}

type Seen = Pick<InspectionView, "definition" | "evaluation" | "conflicts">;

/** The differences at items that are asked: what is not asked hinders nobody and is shown nowhere. */
export function shownConflicts({ evaluation, conflicts }: Seen): Conflict[] {
  const visible = new Set(evaluation.visible);
  return conflicts.filter(({ path }) => visible.has(path.split("/")[0]!));
}

/** Where the differences are, as the checklist goes. */
export function conflictPlaces(seen: Seen): ConflictPlace[] {
  const order = new Map(seen.evaluation.visible.map((code, at) => [code, at]));
  return shownConflicts(seen)
    .flatMap(({ path }) => {
      const place = placeOf(seen.definition, path);
      if (place === null) return [];
      return [{ section: place.section.id, code: place.item.code, row: place.row, path }];
    })
    .sort((a, b) => order.get(a.code)! - order.get(b.code)!);
}

/** The one after `last` (the path that was shown before), from the first again after the end; null without any. */
export function nextConflict(places: readonly ConflictPlace[], last: string | null): ConflictPlace | null {
  const at = places.findIndex(({ path }) => path === last);
  return places[(at + 1) % places.length] ?? null;
}
