/** Who said what, in names: conflicts side by side, and what we have of the other inspector. */
import type { KnownDevice, Task } from "../api/types";
import type { Entry, State } from "../core/journal";
import type { Conflict, InspectionView } from "./ports";

/** Names by person id and by device id. */
export function namesOf(task: Task, devices: KnownDevice[]): Record<string, string> {
  const names: Record<string, string> = {};
  for (const device of devices) {
    names[device.id] = device.person_name;
    names[device.person_id] = device.person_name;
  }
  for (const { person_id, name } of task.inspectors) names[person_id] = name;
  return names;
}

export function conflictsOf(state: State, names: Record<string, string>, me: string): Conflict[] {
  return Object.entries(state.conflicts).map(([key, sides]) => ({
    key,
    family: key.slice(0, key.indexOf(":")),
    path: key.slice(key.indexOf(":") + 1),
    claims: sides.map(({ id, value, author, device, at }) => ({
      id,
      value,
      author,
      authorName: names[author] ?? names[device] ?? "",
      device,
      at,
      mine: author === me,
    })),
  }));
}

/** The other inspectors' devices and how far we know their chains. */
export function partnersOf(
  task: Task,
  devices: KnownDevice[],
  entries: Entry[],
  me: string,
): InspectionView["partners"] {
  const others = new Set(task.inspectors.map(({ person_id }) => person_id).filter((id) => id !== me));
  return devices
    .filter(({ person_id }) => others.has(person_id))
    .map(({ id, person_name }) => {
      const said = entries.filter((entry) => entry.device === id);
      const last = said.reduce<Entry | null>(
        (best, entry) => (best === null || entry.seq > best.seq ? entry : best),
        null,
      );
      return { device: id, name: person_name, lastSeq: last?.seq ?? 0, lastAt: last?.at ?? null };
    });
}
