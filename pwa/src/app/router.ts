/**
 * Where every screen lives. A route says which area it belongs to (a person without it is sent home), which
 * words it needs, and which place at the bottom it lights. Screens load when they are first gone to.
 */
import { createRouter, createWebHistory } from "vue-router";
import type { RouteLocationNormalized, RouteRecordRaw, Router, RouterHistory } from "vue-router";
import { needWords, say } from "@/locales";
import type { WordsArea } from "@/locales";
import { closeTopmost } from "@/ui/over";
import LoginPage from "./LoginPage.vue";
import type { Area, SessionState, Suicha } from "./ports";

export type PlaceKey = "tasks" | "inspect" | "review" | "sync" | "me";

declare module "vue-router" {
  interface RouteMeta {
    /** Absent: open to everybody who is signed in. */
    area?: Area;
    /** True only for the login page. */
    signedOut?: boolean;
    words?: readonly WordsArea[];
    place?: PlaceKey;
    /** Open to anybody, signed in or not: the link itself is the key. */
    open?: boolean;
    /** "places" has the tab bar; "work" only the state line; "none" nothing (login, office). */
    frame?: "places" | "work" | "none";
    title?: string;
  }
}

const field = { area: "field", words: ["field"] } as const;
const lead = { area: "lead", words: ["field", "lead"] } as const;

const inspection: RouteRecordRaw[] = [
  { path: "", name: "inspection", component: () => import("@/field/inspection/StartRedirect.vue") },
  { path: "s/:section", name: "section", component: () => import("@/field/inspection/SectionPage.vue") },
  { path: "paper", name: "paper", component: () => import("@/field/paper/PaperPage.vue") },
  { path: "summary", name: "summary", component: () => import("@/field/closing/SummaryPage.vue") },
  { path: "record", name: "record", component: () => import("@/field/closing/RecordPage.vue") },
  { path: "sign", name: "sign", component: () => import("@/field/closing/SignPage.vue") },
];

const routes: RouteRecordRaw[] = [
  { path: "/", name: "home", component: LoginPage, meta: { frame: "none" } },
  {
    path: "/login",
    name: "login",
    component: LoginPage,
    meta: { signedOut: true, frame: "none", title: "login.title" },
  },
  {
    path: "/witness/:token",
    name: "witness",
    component: () => import("@/room/WitnessPage.vue"),
    meta: { open: true, frame: "none" },
  },
  {
    path: "/verify/:number(\\d+)?",
    name: "verify",
    component: () => import("@/proof/VerifyPage.vue"),
    meta: { open: true, words: ["proof"], frame: "none", title: "proof.title" },
  },
  {
    path: "/ticket/:number(\\d+)?",
    name: "ticket",
    component: () => import("@/proof/TicketPage.vue"),
    meta: { open: true, words: ["proof"], frame: "none", title: "proof.ticket.title" },
  },
  {
    path: "/tasks",
    name: "tasks",
    component: () => import("@/field/tasks/TaskList.vue"),
    meta: { ...field, place: "tasks", frame: "places", title: "places.tasks" },
  },
  {
    path: "/tasks/:id",
    name: "task",
    component: () => import("@/field/tasks/TaskPage.vue"),
    meta: { ...field, place: "tasks", frame: "work", title: "places.tasks" },
  },
  {
    path: "/inspect",
    name: "inspect",
    component: () => import("@/field/inspection/OpenList.vue"),
    meta: { ...field, place: "inspect", frame: "places", title: "places.inspect" },
  },
  {
    path: "/inspect/:id",
    component: () => import("@/field/inspection/InspectionShell.vue"),
    meta: { ...field, place: "inspect", frame: "work", title: "places.inspect" },
    children: inspection,
  },
  {
    path: "/sync",
    name: "sync",
    component: () => import("@/field/sync/SyncPage.vue"),
    meta: { ...field, place: "sync", frame: "places", title: "places.sync" },
  },
  {
    path: "/me",
    name: "me",
    component: () => import("@/app/MePage.vue"),
    meta: { words: ["field"], place: "me", frame: "places", title: "places.me" },
  },
  {
    path: "/lead",
    name: "lead",
    component: () => import("@/lead/QueuePage.vue"),
    meta: { ...lead, place: "review", frame: "places", title: "places.review" },
  },
  {
    path: "/lead/:id",
    name: "lead-record",
    component: () => import("@/lead/RecordReview.vue"),
    meta: { ...lead, place: "review", frame: "work", title: "places.review" },
  },
];

/** The files and words of the first page that most people with a vault see. */
export async function fetchTasks(): Promise<void> {
  await Promise.all([
    import("@/field/tasks/TaskList.vue"),
    import("@/field/tasks/PullDown.vue"),
    needWords(field.words),
  ]);
}

/** Where a person of these areas begins. */
export function homeOf(areas: readonly Area[]): string {
  if (areas.includes("field")) return "/tasks";
  if (areas.includes("lead")) return "/lead";
  return areas.includes("office") ? "/office" : "/me";
}

/** Where to after opening: what was asked for, else the place left behind, else the beginning. */
export async function landing(suicha: Suicha, asked: string | null): Promise<string> {
  const wanted = asked ?? (await suicha.place.last());
  const safe = wanted !== null && /^\/(?!\/)/.test(wanted) && wanted !== "/" && !wanted.startsWith("/login");
  return safe ? wanted : homeOf(suicha.session.state.value.areas);
}

function mayEnter(to: RouteLocationNormalized, session: SessionState): boolean {
  return to.matched.every((record) => !record.meta.area || session.areas.includes(record.meta.area));
}

/** The office is a world of its own: its routes are fetched when somebody first goes there. */
async function addOffice(router: Router): Promise<void> {
  const { officeRoutes } = await import("@/office/routes");
  for (const route of officeRoutes) router.addRoute(route);
}

/** Back and forward close what lies over the page, and only then leave it. */
function closeBeforeLeaving(router: Router, history: RouterHistory): void {
  let gone: string | null = null;
  history.listen((to) => (gone = to));
  router.beforeEach((to) => {
    const byKey = gone === to.fullPath;
    gone = null;
    return !(byKey && closeTopmost());
  });
}

/** Where a page begins that is asked for by one of its parts: below what sticks to its top, as the part itself says. */
function belowHead(hash: string): { el: string; top: number } {
  const part = document.getElementById(hash.slice(1));
  const margin = part === null ? 0 : parseFloat(getComputedStyle(part).scrollMarginTop);
  return { el: hash, top: Math.max(132, margin) };
}

export function createAppRouter(suicha: Suicha): Router {
  const history = createWebHistory();
  const router = createRouter({
    history,
    routes: [
      ...routes,
      { path: "/:rest(.*)*", name: "elsewhere", component: LoginPage, meta: { frame: "none" } },
    ],
    scrollBehavior: (to, _from, before) => before ?? (to.hash ? belowHead(to.hash) : { top: 0 }),
  });

  closeBeforeLeaving(router, history);
  router.beforeEach(async (to, from) => {
    const session = suicha.session.state.value;
    if (to.meta.open) {
      await needWords(to.meta.words ?? []);
      return true;
    }
    if (session.phase !== "open") {
      return to.meta.signedOut ? true : { name: "login", query: to.path === "/" ? {} : { to: to.fullPath } };
    }
    const atDesk = session.areas.some((area) => area === "office" || area === "desk");
    if (to.path.startsWith("/office") && atDesk && !router.hasRoute("office")) {
      await addOffice(router);
      return to.fullPath;
    }
    if (to.name === "home" && from.matched.length === 0) return landing(suicha, null);
    if (to.meta.signedOut || to.name === "home" || to.name === "elsewhere" || !mayEnter(to, session)) {
      return homeOf(session.areas);
    }
    await needWords(to.matched.flatMap((record) => record.meta.words ?? []));
    return true;
  });

  router.afterEach((to, _from, failure) => {
    if (failure) return;
    document.title = to.meta.title ? `${say(to.meta.title)} · ${say("app.name")}` : say("app.name");
    if (!to.meta.signedOut && !to.meta.open) void suicha.place.remember(to.fullPath);
  });
  return router;
}
