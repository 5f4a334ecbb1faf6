/** What the phone learns from the server when a session opens, and how long it waits to hear. */
import type { Http } from "../api/http";
import { devicesApi } from "../api/server";
import type { Person, SessionAnswer } from "../api/types";
import type { Vault } from "../vault/vault";
import type { Clock, SessionPort } from "./ports";

/** Keeps in the vault who its person is now, the bureau with its keys and limits, and how the clocks differ. */
export async function learn(
  vault: Vault,
  answer: SessionAnswer & { person: Person },
  now: number,
): Promise<void> {
  await vault.know(answer.person);
  await vault.setMeta("bureau", {
    name: answer.bureau.name,
    division_code: answer.bureau.division_code,
    bureauKey: answer.keys.bureau,
    recoveryKey: answer.keys.recovery,
    limits: answer.limits,
  });
  const skew = Date.parse(answer.server_time) - now;
  await vault.setSyncMark({ ...(await vault.syncMark()), contact: now, skew });
}

/** The person's devices as the server knows them; `mine` is the one in hand. */
export async function listed(http: Http, mine: string | null): ReturnType<SessionPort["devices"]> {
  return (await devicesApi(http).list()).map((device) => ({
    id: device.id,
    label: device.label,
    mine: device.id === mine,
    revoked: (device.revoked_at ?? null) !== null,
    lastSeen: device.last_seen_at ?? null,
  }));
}

/** Resolves when `work` is done, or after `ms` while it goes on. */
export function soonest(clock: Clock, work: Promise<void>, ms: number): Promise<void> {
  return new Promise((done) => {
    const stop = clock.after(ms, done);
    void work.finally(() => {
      stop();
      done();
    });
  });
}
