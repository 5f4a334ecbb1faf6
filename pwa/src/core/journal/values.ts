/** What the value of each kind of entry looks like: one table, the mirror of server/core/journal/values.py. */
import { isDate, isInstant } from "../calendar";
import * as s from "../shapes";
import type { Kind } from "./types";

const TEXT = 20_000;
/** What a column of whole numbers holds in PostgreSQL. */
export const LARGEST_SEQ = 2 ** 31 - 1;
export const ID = s.matching("[0-9a-f]{64}");
export const UUID = s.matching("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
export const DEVICE = s.either(UUID, s.among("server"));
const ROLE = s.among("party", "inspector", "witness", "lead");
const DECIMAL = s.matching("(?!-0$)-?(0|[1-9][0-9]{0,17})(\\.[0-9]{0,11}[1-9])?");
const COORDINATE = s.matching("-?[0-9]{1,3}\\.[0-9]{1,7}");
const THOUSANDTHS = s.integer(0, 1000);
const PIXELS = s.either(s.nothing, s.integer(1, 100_000));
const WORDS = s.text(TEXT, 1);
const NAME = s.text(200, 1);
const PHONE = s.text(40);
const MOMENT = s.either(s.nothing, isInstant, isDate);
const ROUND = s.integer(1, 1000);

const POSITION = s.fields({
  lat: COORDINATE,
  lng: COORDINATE,
  accuracy_m: s.integer(0, 10_000_000),
  age_s: s.integer(0, 1_000_000_000),
});
const PLACE = s.either(s.nothing, POSITION);
const PERSON = s.fields({}, { name: s.text(200), id_type: s.text(40), id_number: s.text(60), phone: PHONE });

// What a drawn table samples from, frozen before the sample appears (core/checklist/sample).
const FRAME = s.fields(
  { round: s.integer(1, 1000), reason: s.text(TEXT) },
  { frame: s.many(s.text(20, 1), 2000), count: s.integer(0, 2000) },
);
const ANSWER = s.either(
  s.nothing,
  s.text(TEXT),
  s.integer(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  s.ascending(s.matching("[A-Za-z0-9_.-]{1,80}"), 200),
  s.fields({ unchecked: WORDS }),
  s.fields({ number: DECIMAL, unit: s.text(20) }),
  POSITION,
  PERSON,
  FRAME,
);

const ROW = s.either(
  s.nothing,
  s.fields({
    order: s.integer(0, 1_000_000),
    source: s.among("hand", "catalogue", "drawn"),
    key: s.either(s.nothing, s.text(200, 1)),
  }),
);

const MARK = s.fields(
  {
    shape: s.among("arrow", "box", "text"),
    x1: THOUSANDTHS,
    y1: THOUSANDTHS,
    x2: THOUSANDTHS,
    y2: THOUSANDTHS,
  },
  { text: s.text(200), colour: s.among("red", "yellow", "blue") },
);
const STORED = s.fields(
  {
    sha256: ID,
    size: s.integer(0, 2 ** 40),
    media_type: s.matching("[a-z]+/[a-z0-9.+-]+(;charset=utf-8)?"),
    purpose: s.among("photo", "signature", "record_text", "file"),
    taken_at: isInstant,
    position: PLACE,
    source: s.among("camera", "file", "pad", "app"),
    width: PIXELS,
    height: PIXELS,
  },
  { marks: s.many(MARK, 100) },
);
const ELSEWHERE = s.fields({
  purpose: s.among("held_elsewhere"),
  carrier: s.among("body_camera", "disc", "usb"),
  number: s.text(100, 1),
  held_by: NAME,
  from: MOMENT,
  to: MOMENT,
  sha256: s.either(s.nothing, ID),
});

const FINDING = s.either(
  s.nothing,
  s.fields({ text: WORDS, corrected_on_site: s.boolean }, { correction_text: s.text(TEXT) }),
);

const COVER = { covers: s.byKey(DEVICE, s.pair(s.integer(1, LARGEST_SEQ), ID), 1000) };
const COVER_MORE = { branches: s.ascending(ID, 1000, 1), missing: s.ascending(ID, 1000, 1) };
const WITNESS = s.either(s.nothing, s.fields({ name: NAME }, { phone: PHONE }));
const SIGN = s.fields(
  {
    role: ROLE,
    signer: s.fields({ name: NAME }, { post: s.text(200), id_last4: s.matching("[0-9X]{4}"), phone: PHONE }),
    text_sha256: ID,
    evidence: s.either(s.nothing, ID),
    refused: s.either(s.nothing, s.fields({ reason: WORDS, witness: WITNESS })),
    remarks: s.text(TEXT),
    ...COVER,
  },
  // medium paper: given with a pen on the paper checklist, whose pictures are evidence of the visit.
  { ...COVER_MORE, medium: s.among("paper") },
);
const ROUND_AND_COVER = s.fields({ round: ROUND, ...COVER }, COVER_MORE);

export const VALUES: Readonly<Record<Kind, s.Shape>> = {
  answer: ANSWER,
  row: ROW,
  evidence: s.either(STORED, ELSEWHERE),
  mark: s.fields({ photo: ID, marks: s.many(MARK, 100) }),
  withdraw: s.fields({ reason: WORDS }),
  finding: FINDING,
  sign: SIGN,
  submit: ROUND_AND_COVER,
  received: ROUND_AND_COVER,
  return: s.fields({ round: s.integer(2, 1000), text: s.text(TEXT), signatures: s.ascending(ROLE, 4) }),
  admit: s.fields({ ids: s.ascending(ID, 10_000, 1), reason: WORDS }),
  comment: s.fields({ text: WORDS }),
  // stated_at: the time written on the paper checklist that is being typed in.
  presence: s.fields({ event: s.among("arrived", "left"), position: PLACE }, { stated_at: isInstant }),
};
