/** What a vault remembers that its person must know: notices, how long it may be used offline, a clock that is wrong. */
import { isoTime } from "../vault/encoding";
import type { Vault } from "../vault/vault";
import type { Notice, SessionState } from "./ports";

const CLOCK_WRONG_MS = 10 * 60_000;

export interface Outlook extends Pick<
  SessionState,
  "notices" | "revoked" | "offlineUntil" | "offlineExpired"
> {
  /** ms until the offline grant ends; null when it has ended or never began. */
  left: number | null;
}

/** `hours`: how long the bureau lets a phone work without having seen the server. */
export async function outlook(vault: Vault, now: number, hours: number): Promise<Outlook> {
  const { contact, skew } = await vault.syncMark();
  const until = contact === null ? null : contact + hours * 3_600_000;
  const notices: Notice[] = (await vault.meta("notices")) ?? [];
  if (Math.abs(skew) > CLOCK_WRONG_MS && !notices.some(({ code }) => code === "clock_wrong")) {
    notices.push({
      code: "clock_wrong",
      params: { minutes: Math.round(skew / 60_000) },
      at: isoTime(now),
    });
  }
  const left = until === null ? null : until - now;
  return {
    notices,
    revoked: (await vault.meta("revoked")) ?? false,
    offlineUntil: until === null ? null : isoTime(until),
    offlineExpired: left !== null && left < 0,
    left: left !== null && left > 0 ? left : null,
  };
}
