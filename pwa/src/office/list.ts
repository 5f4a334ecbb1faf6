/**
 * A list of the office: its filters live in the address (so that a list can be sent to a colleague),
 * its rows come from the server page by page.
 */
import { computed, ref, shallowRef, watch } from "vue";
import type { ComputedRef, Ref, ShallowRef } from "vue";
import { useRoute, useRouter } from "vue-router";
import { useSuicha } from "@/app/container";
import { useRefusals } from "@/ui/refusal";

export interface Page<Row> {
  rows: Row[];
  total: number;
}

export interface List<Row> {
  rows: ShallowRef<Row[]>;
  total: Ref<number>;
  /** First page not here yet: skeleton. */
  loading: Ref<boolean>;
  failed: Ref<string | null>;
  filters: ComputedRef<Record<string, string>>;
  page: ComputedRef<number>;
  filter: (name: string, value: string | null | undefined) => void;
  turn: (page: number) => void;
  reload: () => Promise<void>;
}

export const PAGE_SIZE = 50;

/** `path()` may depend on the route; null: nothing to load now. `names` are the filters that the list knows. */
export function useList<Row>(path: () => string | null, names: readonly string[]): List<Row> {
  const { api } = useSuicha();
  const route = useRoute();
  const router = useRouter();
  const { sentence } = useRefusals();
  const rows = shallowRef<Row[]>([]);
  const total = ref(0);
  const loading = ref(true);
  const failed = ref<string | null>(null);
  const query = (name: string): string => (typeof route.query[name] === "string" ? route.query[name] : "");
  const filters = computed(() => Object.fromEntries(names.map((name) => [name, query(name)])));
  const page = computed(() => Math.max(1, Number(query("page")) || 1));
  let asked = 0;

  async function reload(): Promise<void> {
    const from = path();
    if (from === null) return;
    const mine = ++asked;
    try {
      const given = Object.fromEntries(Object.entries(filters.value).filter(([, value]) => value !== ""));
      const answer = await api.get<Page<Row>>(from, { ...given, page: page.value, size: PAGE_SIZE });
      if (mine !== asked) return;
      rows.value = answer.rows;
      total.value = answer.total;
      failed.value = null;
    } catch (thrown) {
      if (mine === asked) failed.value = sentence(thrown);
    } finally {
      if (mine === asked) loading.value = false;
    }
  }

  function go(changes: Record<string, string | undefined>): void {
    void router.replace({ query: { ...route.query, ...changes } });
  }

  watch(
    () => [path(), JSON.stringify(filters.value), page.value],
    () => void reload(),
    { immediate: true },
  );
  return {
    rows,
    total,
    loading,
    failed,
    filters,
    page,
    filter: (name, value) => go({ [name]: value || undefined, page: undefined }),
    turn: (next) => go({ page: next > 1 ? String(next) : undefined }),
    reload,
  };
}

/** Something read whole: null until it is here. */
export interface Plain<Value> {
  value: ShallowRef<Value | null>;
  failed: Ref<string | null>;
  reload: () => Promise<void>;
}

/** `path()` null: nothing to read now. */
export function usePlain<Value>(path: () => string | null): Plain<Value> {
  const { api } = useSuicha();
  const { sentence } = useRefusals();
  const value = shallowRef<Value | null>(null);
  const failed = ref<string | null>(null);

  async function reload(): Promise<void> {
    const from = path();
    if (from === null) return;
    try {
      value.value = await api.get<Value>(from);
      failed.value = null;
    } catch (thrown) {
      failed.value = sentence(thrown);
    }
  }

  watch(path, () => void reload(), { immediate: true });
  return { value, failed, reload };
}
