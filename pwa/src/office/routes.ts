/** The office's rooms, in the order of the work. Loaded lazily: the phone never fetches any of it. */
import type { RouteRecordRaw } from "vue-router";

export const officeRoutes: RouteRecordRaw[] = [
  {
    path: "/office/draws/:id/room",
    name: "draw-room",
    component: () => import("./DrawRoomPage.vue"),
    meta: { words: ["office", "room"], area: "office", frame: "none", title: "room.name" },
  },
  {
    // An inspector at a desk comes here too, and nowhere else.
    path: "/office/files",
    component: () => import("./Office.vue"),
    meta: { words: ["office"], area: "desk" },
    children: [{ path: "", name: "files", component: () => import("./FileRoads.vue") }],
  },
  {
    path: "/office",
    component: () => import("./Office.vue"),
    meta: { words: ["office", "room"], area: "office" },
    children: [
      { path: "", name: "office", component: () => import("./Desk.vue") },
      {
        path: "registry/:list(items|subjects|inspectors)?",
        name: "registry",
        component: () => import("./Registry.vue"),
      },
      { path: "checklists", name: "checklists", component: () => import("./rulebook/Checklists.vue") },
      {
        path: "checklists/:id",
        name: "checklist",
        component: () => import("./rulebook/Checklist.vue"),
        meta: { words: ["field"] },
      },
      { path: "law-texts", name: "law-texts", component: () => import("./rulebook/LawTexts.vue") },
      { path: "plan", name: "plan", component: () => import("./Plan.vue") },
      { path: "draws", name: "draws", component: () => import("./Draws.vue") },
      { path: "draws/:id", name: "draw", component: () => import("./Draw.vue") },
      { path: "tasks", name: "office-tasks", component: () => import("./Tasks.vue") },
      { path: "records", name: "records", component: () => import("./Records.vue") },
      { path: "system", name: "system", component: () => import("./System.vue") },
    ],
  },
];
