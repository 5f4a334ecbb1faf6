/** The server's calls by name, typed. */
import type { Http } from "./http";
import type {
  DeviceAnswer,
  DeviceInput,
  ManifestAnswer,
  PullAnswer,
  PushAnswer,
  ErasureRow,
  QueueRow,
  ReviewApi,
  ReviewRecord,
  Seal,
  SessionAnswer,
} from "./types";
import type { Entry, Run } from "../core/journal";

export function sessionApi(http: Http): {
  read(): Promise<SessionAnswer>;
  open(login: string, password: string): Promise<SessionAnswer>;
  close(): Promise<void>;
  changePassword(password: string, newPassword: string): Promise<SessionAnswer>;
} {
  const keep = (answer: SessionAnswer): SessionAnswer => {
    http.csrf = answer.csrf;
    http.person = answer.person?.id ?? null;
    return answer;
  };
  return {
    async read() {
      const answer = await http.json<SessionAnswer>("GET", "/api/session", undefined, 12_000);
      // Only a password changes in whose name this page acts.
      return http.person === null || http.person === answer.person?.id ? keep(answer) : answer;
    },
    open: async (login, password) =>
      keep(await http.post<SessionAnswer>("/api/session", { login, password })),
    close: async () => {
      await http.delete("/api/session");
      http.csrf = http.person = null;
    },
    changePassword: async (password, newPassword) =>
      keep(await http.post<SessionAnswer>("/api/session/password", { password, new_password: newPassword })),
  };
}

export function devicesApi(http: Http): {
  enrol(device: DeviceInput): Promise<DeviceAnswer>;
  list(): Promise<DeviceAnswer[]>;
  /** The vault of this device was found gone. */
  lose(device: string): Promise<DeviceAnswer>;
} {
  return {
    enrol: (device) => http.post<DeviceAnswer>("/api/devices", device),
    list: () => http.get<DeviceAnswer[]>("/api/devices"),
    lose: (device) => http.post<DeviceAnswer>(`/api/devices/${encodeURIComponent(device)}/loss`),
  };
}

/** Pulls and pushes carry whole inspections: on 2G they take their time. */
const SYNC_LIMIT_MS = 120_000;

export interface SyncApi {
  push(runs: Run[], entries: Entry[]): Promise<PushAnswer>;
  /** `device` is the phone that asks: the office sees when it was last heard of. */
  pull(cursor: string, device: string): Promise<PullAnswer>;
  manifest(inspection: string): Promise<ManifestAnswer>;
}

export function syncApi(http: Http): SyncApi {
  return {
    push: (runs, entries) =>
      http.json<PushAnswer>("POST", "/api/sync/push", { runs, entries }, SYNC_LIMIT_MS),
    pull: (cursor, device) =>
      http.json<PullAnswer>(
        "GET",
        `/api/sync/pull?cursor=${encodeURIComponent(cursor)}&device=${encodeURIComponent(device)}`,
        undefined,
        SYNC_LIMIT_MS,
      ),
    manifest: (inspection) => http.get<ManifestAnswer>("/api/sync/manifest", { inspection }),
  };
}

export function reviewApi(http: Http): ReviewApi {
  const at = (id: string): string => `/api/review/inspections/${encodeURIComponent(id)}`;
  return {
    erasures: () => http.get<ErasureRow[]>("/api/evidence/erasures"),
    askErasure: async (body) => {
      await http.post("/api/evidence/erasures", body);
    },
    queue: () => http.get<QueueRow[]>("/api/review/queue"),
    inspection: (id) => http.get<ReviewRecord>(at(id)),
    giveBack: async (id, body) => {
      await http.post(`${at(id)}/return`, body);
    },
    signOff: async (id, body) => {
      await http.post(`${at(id)}/sign-off`, body);
    },
    admit: async (id, body) => {
      await http.post(`${at(id)}/admit`, body);
    },
    seal: (id, body) => http.post<Seal[]>(`${at(id)}/seals`, body),
    seals: (id) => http.get<Seal[]>(`${at(id)}/seals`),
    photo: (sha256, width) => http.blob(photoPath(sha256, width)),
  };
}

/** Where the bytes of an evidence are, or a preview of the given width. */
export function photoPath(sha256: string, width?: 480 | 1280): string {
  const whole = `/api/evidence/blobs/${encodeURIComponent(sha256)}`;
  return width === undefined ? whole : `${whole}/preview?width=${width}`;
}
