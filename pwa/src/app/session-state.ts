/** What screens see of the session before anybody is here, and what a person's roles open to him. */
import type { Limits, Person } from "../api/types";
import type { Vault } from "../vault/vault";
import type { Area, Me, SessionState } from "./ports";

export const USUAL_LIMITS: Limits = { photo_bytes: 20_000_000, chunk_bytes: 524_288, offline_hours: 72 };

export const CLOSED: SessionState = {
  phase: "starting",
  me: null,
  colleague: null,
  areas: [],
  server: "none",
  serverReason: null,
  offlineUntil: null,
  offlineExpired: false,
  bureauName: null,
  limits: USUAL_LIMITS,
  demo: null,
  vaultsHere: 0,
  unlocks: false,
  notices: [],
  revoked: false,
};

export function meOf({ person, device }: Vault): Me {
  return { person, device };
}

const CARRIERS: ReadonlySet<string> = new Set(["inspector", "lead", "office"]);

export function areasOf({ roles }: Person): Area[] {
  const areas: Area[] = [];
  if (roles.includes("inspector")) areas.push("field");
  if (roles.includes("lead")) areas.push("lead");
  if (roles.some((role) => role !== "inspector")) areas.push("office");
  if (roles.some((role) => CARRIERS.has(role))) areas.push("desk");
  return areas;
}
