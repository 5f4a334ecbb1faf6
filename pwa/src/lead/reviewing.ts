/** One record under review: read over the network, commented on, given back or signed off. */
import { computed, inject, shallowRef } from "vue";
import type { ComputedRef, InjectionKey, ShallowRef } from "vue";
import { useSuicha } from "@/app/container";
import type { Watermark } from "@/app/ports";
import type { ReviewRecord } from "@/api/types";
import { combine } from "@/core/checklist/combine";
import type { Definition } from "@/core/checklist/types";
import type { Entry, EvidenceEntry, StoredEvidence } from "@/core/journal/types";
import { useWords } from "@/locales";
import { chinaDate } from "@/ui/format";

export interface DraftComment {
  path: string;
  text: string;
}

export interface Reviewing {
  readonly record: ComputedRef<ReviewRecord>;
  readonly definition: ComputedRef<Definition>;
  readonly entries: ComputedRef<ReadonlyMap<string, Entry>>;
  /** Comments written and not yet sent; they go with the return. */
  readonly comments: ShallowRef<DraftComment[]>;
  readonly lawDate: ComputedRef<string>;
  readonly deciding: ComputedRef<boolean>;
  nameOf(person: string): string;
  deviceOf(device: string): string;
  photo(sha256: string, width?: 480 | 1280): Promise<Blob | null>;
  watermark(evidence: EvidenceEntry): Watermark;
  comment(path: string, text: string): void;
}

export const reviewingKey: InjectionKey<Reviewing> = Symbol("reviewing");

/** The state that is told of a visit: as long as nothing counts, it is what the office's list calls it. */
export function phaseOf(taskState: string, phase: string): string {
  return taskState === "dispatched" ? taskState : phase;
}

export function useReviewing(): Reviewing {
  const reviewing = inject(reviewingKey);
  if (reviewing === undefined) throw new Error("no record is under review here");
  return reviewing;
}

export function createReviewing(current: ShallowRef<ReviewRecord | null>): Reviewing {
  const { review, clock } = useSuicha();
  const { t } = useWords();
  const comments = shallowRef<DraftComment[]>([]);
  const record = computed(() => {
    if (current.value === null) throw new Error("the record is not there yet");
    return current.value;
  });
  const nameOf = (person: string): string => record.value.people[person] ?? t("common.unknown_person");

  return {
    record,
    comments,
    nameOf,
    definition: computed(() => combine(record.value.definitions)),
    entries: computed(() => new Map(record.value.entries.map((entry) => [entry.id, entry]))),
    lawDate: computed(() =>
      chinaDate(Date.parse(record.value.state.presence.started_at ?? new Date(clock.now()).toISOString())),
    ),
    deciding: computed(() => record.value.may_decide && record.value.state.phase === "submitted"),
    deviceOf: (device) =>
      record.value.devices.find((one) => one.id === device)?.person_name ?? t("common.unknown_person"),
    async photo(sha256, width) {
      try {
        return await review.photo(sha256, width);
      } catch {
        // Still on its way, or erased: the picture says so where it would stand.
        return null;
      }
    },
    watermark(evidence) {
      const value = evidence.value as StoredEvidence;
      const { subject, number } = record.value.task;
      return {
        taken_at: value.taken_at,
        place: value.position,
        inspector: nameOf(evidence.author),
        subject: subject.name,
        number,
        sha256: value.sha256,
        source: value.source,
      };
    },
    comment(path, text) {
      const others = comments.value.filter((one) => one.path !== path);
      comments.value = text === "" ? others : [...others, { path, text }];
    },
  };
}
