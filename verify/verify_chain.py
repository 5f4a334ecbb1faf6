#!/usr/bin/env python3
"""Check what stands around a DSS1 draw: its plan's rules, its annex, its amendments, the bureau's chain.

    python3 verify_chain.py bundle.json   plan rules, pseudonyms of the annex, every next card
    python3 verify_chain.py chain.json    no gap, no altered record, no second result for one announcement,
                                          and every record signed; the signing key's thumbprint is printed

Needs verify_draw.py beside it, which runs the draw itself. Numbers in brackets are sections of
docs/draw-specification.md.
"""

import json
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from verify_draw import Draw, differ, digest, main, tag

Point = tuple[int, int] | None
P = 2**256 - 2**224 + 2**192 + 2**96 - 1  # the curve P-256, FIPS 186: field, order, coefficient, base point
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def add(a: Point, b: Point) -> Point:
    if a is None or b is None:
        return a or b
    if a[0] == b[0] and (a[1] + b[1]) % P == 0:
        return None
    slope = (3 * a[0] ** 2 - 3) * pow(2 * a[1], -1, P) if a == b else (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope**2 - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def times(factor: int, point: Point) -> Point:
    answer: Point = None
    for bit in f"{factor:b}":
        answer = add(add(answer, answer), point if bit == "1" else None)
    return answer


def number_of(text: str) -> int:
    """The number behind unpadded base64url; written in its one way, or it is refused."""
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        raise ValueError(f"base64url {text}")
    return int.from_bytes(raw)


def signed(key: dict[str, str], message: bytes, signature: str) -> bool:
    """Does the ES256 signature fit the key (RFC 7515, 7517)?"""
    r, s = divmod(number_of(signature), 2**256)
    own = (number_of(key["x"]), number_of(key["y"]))
    if not (0 < r < N and 0 < s < N) or (own[1] ** 2 - own[0] ** 3 + 3 * own[0] - B) % P:
        return False
    hashed, inverse = int.from_bytes(sha256(message).digest()), pow(s, -1, N)
    point = add(times(hashed * inverse % N, G), times(r * inverse % N, own))
    return point is not None and point[0] % N == r


def check_plan(plan: dict[str, Any]) -> Iterator[str]:  # [4]
    ratio = {item["code"]: (item["num"], item["den"]) for item in plan["items"]}
    if any(item["inspectors"] < 2 for item in plan["items"]):
        yield "方案：检查人员少于两人。/ Plan: fewer than two inspectors."
    for row in plan["strata"]:
        more = row["num"] * ratio[row["item"]][1] - ratio[row["item"]][0] * row["den"]
        if more < 0 or (more > 0) != (row["raised_by"] is not None):
            yield f"方案：分层 {row['id']} 的比例没有依据。/ Plan: stratum {row['id']} has a ratio without a ground."
        if row["raised_by"] == "internal" and plan["kind"] != "targeted":
            yield "方案：公开抽查使用了内部标识。/ Plan: an internal flag in an untargeted draw."
    source = plan["source"]
    if source and source["moment"] <= plan["announced_at"]:
        yield "方案：公开数字在公告前已经产生。/ Plan: the public number existed before the announcement."


def check_annex(certificate: dict[str, Any], annex: dict[str, Any]) -> Iterator[str]:  # [8.4]
    plan, salt = certificate["plan"], annex["salt"]
    yield from differ("annex", certificate["annex"], digest(annex))
    yield from differ("annex.salt", plan["salt"], tag("salt", plan["draw"], salt))
    for kind, name, field in (("i", "inspectors", "badge_no"), ("p", "premises", "statutory")):
        for row in annex[name]:
            yield from differ(f"annex.{row[field]}", row["id"], f"{kind}:{tag('pseudonym', salt, row[field])[:32]}")


def check_amendments(bundle: dict[str, Any]) -> Iterator[str]:  # [9]
    certificate, rosters = bundle["certificate"], bundle["rosters"]
    plan, seed = certificate["plan"], certificate["seed"]
    loads = {row["id"]: row["after"] for row in certificate["loads"]}
    teams = {t["task"]: {g["pool"]: list(g["inspectors"]) for g in t["groups"]} for t in certificate["tasks"]}
    strata = {row["task"]: list(row["strata"]) for row in certificate["tasks"]}
    used = {row["stratum"]: [one["id"] for one in row["drawn"]] for row in certificate["strata"]}
    for at, entry in enumerate(bundle["amendments"], 1):
        record, draw = entry["record"], Draw(plan, rosters, seed, loads)
        where, lost = f"amendments[{at}]", record["removed"]
        yield from differ(f"{where}.digest", entry["digest"], digest(record))
        fixed = {"draw": plan["draw"], "certificate": digest(certificate), "sequence": at, "kind": "amendment"}
        yield from differ(where, {key: record[key] for key in fixed}, fixed)
        if record["change"] == "inspector":
            groups, pool = teams[record["task"]], record["pool"]
            kept = [id_ for id_ in groups[pool] if id_ != lost]
            taken = [id_ for name, team in groups.items() if name != pool for id_ in team]
            loads[lost] -= 1
            away = {lost, *(row["id"] for row in record["unavailable"])}
            team, report = draw.team(record["task"], pool, len(groups[pool]) - len(kept), taken, kept, away)
            right = {"replacement": team[0] if team else None, "report": report}
            groups[pool] = kept + team
            yield from differ(where, {key: record[key] for key in right}, right)
            continue
        released = sorted(id_ for team in teams.pop(lost).values() for id_ in team)
        for id_ in released:
            loads[id_] -= 1
        rows, incoming = [], dict[str, list[str]]()
        for name in strata.pop(lost):
            row = next(row for row in plan["strata"] if row["id"] == name)
            order = [one for one in draw.order(row)[0] if one["id"] not in used[name]]
            top = order[0] if order else {"id": None, "ticket": None}
            id_ = top["id"]
            rows.append({"stratum": name, "replacement": id_, "ticket": top["ticket"]})
            if id_ is not None:
                used[name].append(id_)
                incoming.setdefault(id_, []).append(name)
        tasks = []
        for id_ in sorted(incoming):
            dealt = draw.visit(id_, incoming[id_], teams.get(id_, {}))
            tasks.append({"task": id_, "strata": sorted(incoming[id_]), "groups": dealt})
            strata.setdefault(id_, []).extend(sorted(incoming[id_]))
            teams.setdefault(id_, {}).update({g["pool"]: list(g["inspectors"]) for g in dealt})
        yield from differ(f"{where}.result", record["result"], {"strata": rows, "tasks": tasks, "released": released})


def check_chain(rows: list[Any]) -> Iterator[str]:  # [8.1]
    before, announced, closed, was_signed = None, dict[str, str](), set[str](), False
    for number, row in enumerate(rows, 1):
        where, record, told = f"chain[{number}]", row["record"], row["signature"]
        yield from differ(f"{where}.number", row["number"], number)
        if record is not None:
            yield from differ(f"{where}.digest", row["digest"], digest(record))
            yield from differ(f"{where}.previous", record["previous"], before)
            yield from differ(where, [record["number"], record["kind"]], [row["number"], row["kind"]])
            if record["kind"] == "announcement":
                if announced.setdefault(record["draw"], record["plan_digest"]) != record["plan_digest"]:
                    yield f"{where}：同一次抽取公告了两次。/ announced twice."
            elif record["kind"] in ("certificate", "voiding"):
                if record["draw"] in closed or announced.get(record["draw"]) != record["plan_digest"]:
                    yield f"{where}：重抽或未经公告。/ a redraw, or never announced."
                closed.add(record["draw"])
        if told is None and was_signed:
            yield f"{where}：没有签名。/ is not signed."
        was_signed = was_signed or told is not None
        yield from check_signature(where, row, told) if told is not None else ()
        before = row["digest"]


def check_signature(where: str, row: dict[str, Any], told: dict[str, Any]) -> Iterator[str]:  # [8.6]
    key, message = told["key"], f"DSS1|record|{row['number']}|{row['kind']}|{row['digest']}"
    yield from differ(f"{where}.signature", [told["alg"], key["kty"], key["crv"]], ["ES256", "EC", "P-256"])
    if not signed(key, message.encode(), told["value"]):
        yield f"{where}：签名与内容或公钥不符。/ the signature does not fit the record or the key."


def check_around(value: Any) -> Iterator[str]:
    """Yield the sentences on a chain (a list of records) or on a bundle."""
    if isinstance(value, list):
        yield from check_chain(value)
        return
    yield from check_plan(value["certificate"]["plan"])
    if value["annex"] is not None:
        yield from check_annex(value["certificate"], value["annex"])
    yield from check_amendments(value)


def thumbprints(path: str) -> list[str]:
    """The keys that signed a chain (RFC 7638, in hex): to be compared with the thumbprint that the bureau publishes."""
    with open(path, "rb") as file:
        value = json.load(file)
    keys = [row["signature"]["key"] for row in value if row["signature"]] if isinstance(value, list) else []
    return sorted({digest({name: key[name] for name in ("crv", "kty", "x", "y")}) for key in keys})


if __name__ == "__main__":
    code = main(sys.argv[1:], check_around)
    for thumbprint in thumbprints(sys.argv[1]) if code == 0 else []:
        print(f"签名公钥指纹 / signed with the key: {thumbprint}")
    sys.exit(code)
