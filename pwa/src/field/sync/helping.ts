/** What helps with a thing that the server did not take in: trying again is only offered where it may pass. */

/**
 * retry: it may pass now · decided: it lies at the server and somebody there decides · office: only the office can
 * help, by a file too the server takes nothing else · again: it is gone from this phone, and is to be made again ·
 * told: the server's own sentence says all there is to do.
 */
export type Help = "retry" | "decided" | "office" | "again" | "told";

const HELP: Readonly<Record<string, Help>> = {
  device_revoked: "told",
  late: "decided",
  task_withdrawn: "decided",
  not_assigned: "office",
  device_not_of_author: "office",
  not_your_inspection: "office",
  server_only: "office",
  evidence_erased: "decided",
  entry_too_large: "office",
  upload_too_large: "office",
  entry_unreadable: "office",
  missing_here: "again",
  // Of the way, not of what was carried.
  upload_hash_wrong: "retry",
  upload_checksum_wrong: "retry",
  upload_offset_wrong: "retry",
};

/** What a person can do about a refused or held thing, by the reason the server gave. */
export function helpFor(code: string | undefined): Help {
  if (code === undefined) return "retry";
  // The statement itself is not as it has to be: it will be said the same way every time.
  return HELP[code] ?? (/_wrong$|^unsigned$|^kind_unknown$|^entry_fields$/.test(code) ? "office" : "retry");
}
