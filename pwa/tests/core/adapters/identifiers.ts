/** Vectors of identifiers: the twin of tests/core/adapters/identifiers.py. */
import * as identifiers from "../../../src/core/identifiers";

const READERS: Readonly<Record<string, (...told: string[]) => unknown>> = {
  uscc: identifiers.uscc,
  organisation_check: identifiers.organisationCheck,
  resident_id: identifiers.residentId,
  badge_no: identifiers.badgeNo,
  phone: identifiers.phone,
  mask_name: identifiers.maskName,
  mask_id: identifiers.maskId,
  mask_phone: identifiers.maskPhone,
};

export function run(given: unknown): unknown {
  const [[name, told]] = Object.entries(given as Record<string, string | string[]>) as [
    [string, string | string[]],
  ];
  return READERS[name]!(...(Array.isArray(told) ? told : [told]));
}
