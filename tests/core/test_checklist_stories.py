"""Whole visits, good and bad, with the findings, the result and the record that an expert would give."""

from typing import Any

from tests.core.checklist_visit import SUBJECT, Visit

ROOMS = [f"{floor}{number:02d}" for floor in (2, 3) for number in range(1, 11)]


def at(hour: int, minute: int) -> str:
    return f"2026-11-22T{hour:02d}:{minute:02d}:00.000Z"


def good_hotel(**context: Any) -> Visit:
    visit = Visit("hotel-real-name", **context).opened()
    visit.says(
        HT101="held",
        HT104="pass",
        HT201="online",
        HT202=0,
        HT205=at(6, 0),
        HT204=["camera", "network", "outage_plan", "reader"],
        HT302="pass",
        HT304=0,
        HT305="na",
        HT306="na",
        HT701=4,
        HT702=5,
        HT301={"frame": ROOMS, "round": 1, "reason": ""},
    )
    visit.photos("HT101", "HT201")
    for number in range(10):
        visit.row(
            "HT203",
            room=f"2{number:02d}",
            guest="domestic",
            checkin=at(4, number),
            state="uploaded",
            uploaded=at(4, number + 2),
        )
    visit.row("HT303", "now", own=23, police=23)
    for room in visit.done["samples"]["HT301"]["keys"]:
        visit.row("HT301", room, registered=2, present=2, how="key_cards", identity="match")
    return visit


def test_a_hotel_in_order_has_no_problem_and_a_record_that_says_what_was_seen() -> None:
    visit = good_hotel()
    done = visit.done
    assert visit.why() == []
    assert done["result_code"] == "NO_PROBLEM"
    assert done["findings"] == []
    assert done["progress"]["done"] == done["progress"]["total"] == 27
    keys = "、".join(done["samples"]["HT301"]["keys"])
    assert len(done["samples"]["HT301"]["keys"]) == 5
    lines = visit.text.split("\n")
    assert lines[:2] == ["叶县公安局", "现场检查笔录"]
    assert "检查时间：2026年11月22日14时05分至2026年11月22日15时20分" in lines
    assert "1. 本次检查已经审批，审批文号：叶公（治）检审字〔2026〕1号，批准人：赵局长。" in lines
    assert "7. 被检查单位现场负责人（在场人员）：王店长（证件尾号0010）。" in lines
    assert f"1. 检查时在住客房20间，系统随机抽取5间（{keys}），登记人数、人员身份与实际入住情况相符。" in lines
    assert "4. 抽查最近10笔入住登记，均在时限内上传，最长时差2分钟，中位数2分钟。" in lines
    assert "3. 经核对，店内系统在住23人，治安管理信息系统在住23人，相差0人。" in lines
    assert "本次检查在上述检查事项范围内未发现问题。" in lines


def bad_hotel(**context: Any) -> Visit:
    visit = good_hotel(**context)
    rooms = visit.done["samples"]["HT301"]["keys"]
    visit.row("HT301", rooms[0], registered=1, present=3, how="consent", identity="match")
    visit.row("HT301", rooms[1], registered=2, present=2, how="key_cards", identity="clerical")
    visit.found("HT301", f"{rooms[0]}房有两名入住人员未登记，前台称系晚到的同行人").photos("HT301")
    visit.says(HT701=2).found("HT701", "当班前台不会办理境外旅客登记")
    visit.says(HT304=2).found("HT304", "两名已退房旅客仍显示在住", "前台当场核销").photos("HT304")
    return visit


def test_an_unregistered_guest_proposes_a_case_and_the_rest_is_graded() -> None:
    visit = bad_hotel()
    done = visit.done
    assert visit.why() == []
    assert visit.classes() == {"HT301": "C", "HT304": "R0", "HT701": "W"}
    assert done["computed"]["HT301_missing"] == 2
    assert done["computed"]["HT301_serious"] == 1
    assert (done["result_code"], done["result_details"]) == ("PENDING", ["police"])
    rooms = done["samples"]["HT301"]["keys"]
    first = f"{rooms[0]}房登记1人、实住3人，登记与本人相符（征得旅客同意后当面核对）"
    second = f"{rooms[1]}房登记2人、实住2人，登记有笔误（房卡发放记录）"
    assert f"2间登记情况与实际不符，未登记2人：{first}；{second}。{rooms[0]}房有两名入住人员未登记" in visit.text
    assert "（二）已离店未核销人数（已当场改正）。" in visit.text
    assert "当班前台人员现场操作登记、上传、核销、境外旅客登记四项，仅正确完成2项，操作不熟练。" in visit.text


def test_clerical_errors_alone_are_corrected_not_prosecuted() -> None:
    visit = good_hotel()
    room = visit.done["samples"]["HT301"]["keys"][0]
    visit.row("HT301", room, registered=2, present=2, how="key_cards", identity="clerical")
    visit.found("HT301", "一名旅客姓名登记错一字", "当场更正").photos("HT301")
    assert visit.classes() == {"HT301": "R0"}
    assert visit.done["result_code"] == "ORDERED_RECTIFY"


def test_the_old_penalties_law_is_cited_for_a_visit_in_2025_and_the_new_one_from_2026() -> None:
    old = bad_hotel(
        visit_started_at="2025-12-31T15:59:00.000Z",
        today="2025-12-31",
        window={"from": "2025-12-01", "to": "2025-12-31"},
    )
    new = bad_hotel(
        visit_started_at="2025-12-31T16:00:00.000Z",
        today="2026-01-01",
        window={"from": "2025-12-01", "to": "2026-01-31"},
    )
    articles = [
        next(
            b["article"]
            for f in visit.done["findings"]
            for b in f["basis"]
            if b["ref"] == "penalties/lodging-registration"
        )
        for visit in (old, new)
    ]
    assert articles == ["第五十六条", "第六十七条"]


def test_a_foreigner_reported_after_26_hours_is_a_case_while_a_domestic_delay_is_an_order() -> None:
    domestic, foreign = good_hotel(), good_hotel()
    for visit, guest in ((domestic, "domestic"), (foreign, "foreign")):
        visit.row(
            "HT203",
            room="301",
            guest=guest,
            checkin="2026-11-20T01:00:00.000Z",
            state="uploaded",
            uploaded="2026-11-21T03:00:00.000Z",
        )
        visit.found("HT203", "上传迟延").photos("HT203")
    assert domestic.classes() == {"HT203": "R"}
    assert foreign.classes() == {"HT203": "C"}
    assert "301房2026年11月20日09时00分登记，2026年11月21日11时00分上传，时差1560分钟" in foreign.text


def test_a_closed_hotel_is_recorded_with_a_photo_of_the_door_and_nothing_else_is_asked() -> None:
    visit = Visit("hotel-real-name").says(CM08="closed", CM09="YX0012").photos("CM08")
    assert visit.why() == []
    assert visit.done["visible"] == ["CM01", "CM02", "CM08", "CM09"]
    assert visit.done["result_code"] == "NO_ACTIVITY"
    assert "检查人员到达时，该单位已关闭（正在清算），未能按抽查事项实施检查。" in visit.text


def test_without_the_photo_of_the_door_the_visit_is_not_complete() -> None:
    visit = Visit("hotel-real-name").says(CM08="unreachable", CM09="YX0012")
    assert visit.why() == ["经营状态：还需1张照片或附件"]
    assert visit.done["result_code"] == "UNREACHABLE"


def test_an_obstructing_owner_outranks_every_finding() -> None:
    visit = bad_hotel().says(CM90="refused").found("CM90", "店长锁闭三楼通道，拒绝检查").photos("CM90")
    assert visit.done["result_code"] == "UNCOOPERATIVE"


def test_a_visit_beyond_the_cap_or_outside_its_window_shows_on_the_officers_side_only() -> None:
    visit = good_hotel(visit_number=3, window={"from": "2026-11-01", "to": "2026-11-21"})
    done = visit.done
    assert (done["verdicts"]["CM01"], done["verdicts"]["CM02"]) == ("fail", "fail")
    assert done["findings"] == [] and done["result_code"] == "NO_PROBLEM"


def test_signs_of_vice_never_reach_the_partys_copy() -> None:
    visit = Visit("hotel-real-name", also=("HT803",)).opened()
    visit.says(HT803="suspected").found("HT803", "三楼走廊有招嫖卡片")
    assert "招嫖" not in visit.text and "涉黄" not in visit.text
    assert (
        visit.told["restricted"][0]["text"] == "检查中发现涉黄、涉赌、涉毒嫌疑，已按规定报告移交。三楼走廊有招嫖卡片。"
    )
    assert next(f for f in visit.done["findings"] if f["code"] == "HT803")["restricted"] is True


def test_minors_appear_as_a_number_only() -> None:
    visit = Visit("hotel-real-name", also=("HT402",)).opened()
    visit.row("HT402", initials="WXM", years=16, guardian="missing", relation="alone").found("HT402", "未留监护人电话")
    assert "抽查近30日未成年人入住登记1人次，1人次未按规定询问、记录监护人联系方式或者同住人关系。" in visit.text
    assert "WXM" not in visit.text and "16周岁" not in visit.text


def kg(number: str) -> dict[str, str]:
    return {"number": number, "unit": "kg"}


def good_precursor() -> Visit:
    visit = Visit("precursor-chemicals", subject=SUBJECT | {"name": "叶县某化工有限公司"}).opened()
    visit.says(
        PC101="valid",
        PC102=["store", "trade"],
        PC103=["acetone", "hydrochloric-acid"],
        PC303="transfer",
        PC305=["buyer_licence", "contract", "handler_id", "invoice"],
        PC304="na",
        PC401=["buyer", "date", "kind", "quantity"],
        PC403="2024-03-01",
        PC406="reported",
        PC407="2026-03-12",
    )
    visit.photos("PC101", "PC401", "PC501")
    visit.row(
        "PC301",
        number="叶公备2026-0012",
        kind="filing",
        substance="hydrochloric-acid",
        unit="kg",
        permitted=kg("5000"),
        valid_from="2026-05-01",
        valid_to="2026-10-31",
        inbound=kg("4800"),
        first_in="2026-05-06",
        last_in="2026-10-20",
        same_kind="same",
    )
    parties = ("handler", "destination", "owner", "consignee", "carrier")
    cells = {f"{party}_{paper}": "same" for party in parties for paper in ("permit", "contract", "waybill", "ledger")}
    visit.row("PC302", shipped="2026-10-20", substance="hydrochloric-acid", **cells)
    visit.row("PC404", substance="hydrochloric-acid", sold_on="2026-10-01", state="filed", filed_on="2026-10-31")
    visit.row(
        "PC501",
        substance="hydrochloric-acid",
        grade="36%工业级",
        unit="kg",
        packing="bulk",
        opening=kg("200"),
        bought=kg("4800"),
        sold=kg("4500"),
        used=kg("0"),
        loss=kg("0"),
        book=kg("500"),
        counted=kg("499"),
        cause="explained",
    )
    return visit


def test_a_chemical_trader_in_order_within_tolerance() -> None:
    visit = good_precursor()
    assert visit.why() == []
    assert visit.done["result_code"] == "NO_PROBLEM"
    row = visit.done["rows"]["PC501"][0]["values"]
    assert row["expected"] == kg("500") and row["arithmetic"] == kg("0") and row["physical"] == kg("-1")
    assert row["tolerance"] == kg("2.5") and row["rate"] == -20 and row["over"] is False
    assert "盐酸（36%工业级）应存500千克、账面500千克、实盘499千克，短缺1千克，有凭据，能说明" in visit.text
    assert "抽查销售1笔，均在规定期限内备案，最长用时30日。" in visit.text


def test_forty_kilograms_short_is_a_case_and_a_wrong_balance_an_order() -> None:
    visit = good_precursor()
    common: dict[str, Any] = {
        "grade": "98%",
        "unit": "kg",
        "packing": "sealed",
        "sold": kg("0"),
        "used": kg("0"),
        "loss": kg("0"),
    }
    visit.row(
        "PC501",
        substance="acetone",
        **common,
        opening=kg("100"),
        bought=kg("0"),
        book=kg("100"),
        counted=kg("60"),
        cause="unexplained",
    )
    visit.found("PC501", "丙酮实物比账面少40千克，仓管员不能说明原因")
    assert visit.why() == []
    assert visit.classes() == {"PC501": "C"}
    assert (visit.done["result_code"], visit.done["computed"]["PC501_short"]) == ("PENDING", 1)
    assert "丙酮（98%）应存100千克、账面100千克、实盘60千克，短缺40千克，不能说明" in visit.text

    arithmetic = good_precursor()
    arithmetic.row(
        "PC501", substance="acetone", **common, opening=kg("100"), bought=kg("0.35"), book=kg("100"), counted=kg("100")
    )
    arithmetic.found("PC501", "丙酮账面少记一笔购入")
    assert arithmetic.classes() == {"PC501": "R"}
    assert arithmetic.done["rows"]["PC501"][1]["values"]["arithmetic"] == kg("-0.35")
    assert "账面结存与应存不符" in arithmetic.text


def test_an_unreported_loss_is_handed_over_at_once() -> None:
    visit = good_precursor()
    visit.row(
        "PC501",
        substance="acetone",
        grade="98%",
        unit="kg",
        packing="sealed",
        opening=kg("100"),
        bought=kg("0"),
        sold=kg("0"),
        used=kg("0"),
        loss=kg("0"),
        book=kg("100"),
        counted=kg("90"),
        cause="loss_unreported",
    )
    visit.found("PC501", "称10千克丙酮被盗，未报案")
    assert visit.classes() == {"PC501": "K"}


def test_purchases_over_the_filing_outside_its_dates_or_without_one() -> None:
    visit = good_precursor()
    visit.row(
        "PC301",
        number="叶公备2026-0030",
        kind="filing",
        substance="acetone",
        unit="kg",
        permitted=kg("100"),
        valid_from="2026-09-01",
        valid_to="2026-09-30",
        inbound={"number": "100500", "unit": "g"},
        first_in="2026-09-05",
        last_in="2026-10-02",
        same_kind="same",
    )
    visit.found("PC301", "超量0.5千克，最后一批超出有效期两日").photos("PC301")
    row = visit.done["rows"]["PC301"][1]
    assert row["values"]["over"] == kg("0.5") and row["values"]["outside"] is True
    assert visit.classes() == {"PC301": "C"}
    assert (
        "丙酮购买备案证明（叶公备2026-0030）证载100千克，入库累计100.5千克，超出证载数量，超出有效期入库，品种一致"
        in visit.text
    )


def test_the_first_class_needs_a_permit_and_five_days() -> None:
    visit = good_precursor().says(PC103=["acetone", "hydrochloric-acid", "piperonal"])
    visit.row("PC404", substance="piperonal", sold_on="2026-11-01", state="filed", filed_on="2026-11-07")
    visit.row("PC404", substance="piperonal", sold_on="2026-11-01", state="filed", filed_on="2026-11-06")
    visit.row("PC404", substance="acetone", sold_on="2026-10-23", state="unfiled")
    visit.found("PC404", "胡椒醛一笔迟备案一日").photos("PC404")
    rows = visit.done["rows"]["PC404"]
    assert [row["verdict"] for row in rows] == ["pass", "fail", "pass", "pass"]
    assert "2026年11月1日销售胡椒醛，已备案，用时6日（期限5日）" in visit.text


def test_a_carrier_who_differs_in_the_waybill_is_named() -> None:
    visit = good_precursor()
    rows = visit.state["rows"]["PC302"]
    visit.says(**{f"PC302/{rows[0]}/carrier_waybill": "different", f"PC302/{rows[0]}/handler_contract": "absent"})
    visit.found("PC302", "运单承运人为个人车辆").photos("PC302")
    assert visit.done["computed"]["PC302_unequal"] == 1 and visit.done["computed"]["PC302_lacking"] == 1
    assert "2026年10月20日起运的盐酸，不一致1处、缺失1处，经办人记载有出入，承运人记载有出入。" in visit.text


def test_the_annual_report_is_due_on_31_march() -> None:
    before = good_precursor()
    before.context |= {"visit_started_at": "2026-03-31T15:59:00.000Z", "window": None}
    before.says(PC406="not_reported", PC403="2024-03-31")
    assert before.done["verdicts"]["PC406"] == "pass"
    after = good_precursor()
    after.context |= {"visit_started_at": "2026-03-31T16:00:00.000Z", "window": None}
    after.says(PC406="not_reported")
    assert after.done["verdicts"]["PC406"] == "fail"


def test_a_substance_scheduled_in_july_2025_cannot_be_ticked_the_day_before() -> None:
    visit = (
        Visit("precursor-chemicals", visit_started_at="2025-07-19T10:00:00.000Z").opened().says(PC103=["4-piperidone"])
    )
    assert "涉及品种：所选目录项在检查当日无效" in visit.why()
    visit.context["visit_started_at"] = "2025-07-20T01:00:00.000Z"
    assert visit.done["verdicts"]["PC103"] == "pass"


def test_twenty_litres_of_acid_weigh_what_density_says() -> None:
    visit = good_precursor()
    row = visit.state["rows"]["PC501"][0]
    for column, value in {"volume": ("20", "L"), "density": ("1.18", "g/mL"), "strength": ("37", "percent")}.items():
        visit.says(**{f"PC501/{row}/{column}": {"number": value[0], "unit": value[1]}})
    values = visit.done["rows"]["PC501"][0]["values"]
    assert values["weighed"] == kg("23.6") and values["pure"] == kg("8.732")


def good_cafe(**context: Any) -> Visit:
    visit = Visit("internet-cafe", subject=SUBJECT | {"name": "叶县某网吧"}, **context).opened()
    visit.says(
        NC102="kept",
        NC201="online",
        NC205=at(6, 0),
        NC503=3,
        NC303=["id", "name", "online", "seat", "times"],
        NC304="2026-09-23",
        NC307=0,
        NC305="none",
        NC306="2026-05-22",
        NC501=0,
        NC502="pass",
        NC301={"frame": [f"A{n:03d}" for n in range(1, 61)], "round": 1, "reason": ""},
    )
    visit.photos("NC201")
    visit.row("NC202", "now", counted=100, managed=100).row("NC302", "week", total=2000, manual=20, cards="none")
    for seat in visit.done["samples"]["NC301"]["keys"]:
        visit.row("NC301", seat, shown="shown", id_last4="0010", log="same", adult="adult")
    return visit


def test_a_cafe_in_order_at_the_borders_of_60_days_and_six_months() -> None:
    visit = good_cafe()
    assert visit.why() == []
    assert visit.done["result_code"] == "NO_PROBLEM"
    assert len(visit.done["samples"]["NC301"]["keys"]) == 12
    assert visit.done["computed"]["NC304_days"] == 60
    assert "0010" not in visit.text.replace("证件尾号0010", "")
    assert "近7日登记2000条，其中手工录入20条，未发现使用管理卡或者编造号码登记。" in visit.text


def test_a_cafe_with_borrowed_cards_short_records_and_a_switched_off_system() -> None:
    visit = good_cafe()
    seats = visit.done["samples"]["NC301"]["keys"]
    visit.row("NC301", seats[0], shown="not_carried", log="other", adult="adult")
    visit.row("NC301", seats[1], shown="shown", id_last4="123X", log="none", adult="minor")
    visit.found("NC301", "两个机位登记不实").photos("NC301")
    visit.says(NC201="stopped").found("NC201", "店主承认上周断开审计设备").photos("NC201")
    visit.says(NC304="2026-09-24").found("NC304", "最早记录为9月24日").photos("NC304")
    visit.says(NC306="2026-05-23").found("NC306", "日志仅存至5月23日").photos("NC306")
    done = visit.done
    assert visit.why() == []
    assert visit.classes() == {"NC201": "C", "NC301": "C", "NC304": "C", "NC306": "W"}
    assert (
        done["computed"]["NC301_unregistered"],
        done["computed"]["NC301_borrowed"],
        done["computed"]["NC301_minors"],
    ) == (1, 1, 1)
    assert (done["result_code"], done["result_details"]) == ("PENDING", ["police"])
    assert f"{seats[0]}号机未携带，登记为他人；{seats[1]}号机已出示，无登记。" in visit.text
    assert "2个机位不符合要求，其中未登记1人、使用他人证件登记1人" in visit.text
    assert "仅保存59日，少于规定的60日" in visit.text
    assert "123X" not in visit.text


def test_a_minor_on_the_18th_birthday_is_referred_and_flagged_for_verifying() -> None:
    visit = Visit("internet-cafe", also=("NC401",)).opened()
    visit.row("NC401", initials="LXH", birth="2008-11-22").row("NC401", initials="ZM", birth="2008-11-21")
    visit.found("NC401", "1号区一人当日生日")
    rows = visit.done["rows"]["NC401"]
    assert [(row["values"]["years"], row["values"]["verify"], row["verdict"]) for row in rows] == [
        (17, True, "fail"),
        (18, False, "pass"),
    ]
    finding = next(f for f in visit.done["findings"] if f["code"] == "NC401")
    assert (finding["class"], finding["refer_to"]["zh"]) == ("X", "县文化广电和旅游局")
    assert "场内有未成年人1人。" in visit.text and "LXH" not in visit.text


def test_open_at_two_in_the_morning_is_referred_to_the_culture_department() -> None:
    visit = Visit("internet-cafe", also=("NC403",), visit_started_at="2026-11-21T18:30:00.000Z").opened()
    finding = next(f for f in visit.done["findings"] if f["code"] == "NC403")
    assert finding["text"] == "2026年11月22日02时30分检查时该场所正在营业，超出规定的营业时间（8时至24时）。"


def test_our_own_twenty_working_days_are_counted_with_the_holidays() -> None:
    subject = SUBJECT | {"attributes": {"opened_on": "2026-09-18"}}
    on_time = Visit(
        "internet-cafe", also=("NC104",), subject=subject, visit_started_at="2026-10-22T02:00:00.000Z"
    ).opened()
    late = Visit(
        "internet-cafe", also=("NC104",), subject=subject, visit_started_at="2026-10-23T02:00:00.000Z"
    ).opened()
    assert (on_time.done["computed"]["NC104_days"], on_time.done["verdicts"]["NC104"]) == (20, "pass")
    assert (late.done["verdicts"]["NC104"], "NC104" in late.classes()) == ("fail", False)


def test_a_hotel_with_e_sports_rooms_is_inspected_once_for_two_brigades() -> None:
    visit = Visit("hotel-real-name", "internet-cafe").opened()
    codes = [item["code"] for section, _ in visit.checklist.sections for item in section["items"]]
    assert codes.count("CM08") == 1
    assert codes.index("HT101") < codes.index("NC102") < codes.index("CM99")
    assert "抽查事项：检查宾馆的特种行业许可证办理和治安安全情况、对网吧业的抽查" in visit.text


def test_what_could_not_be_checked_stands_in_the_record_with_its_reason() -> None:
    visit = good_hotel().unchecked("HT303", "店内前台系统正在维护")
    assert visit.why() == [] and visit.done["result_code"] == "NO_PROBLEM"
    assert "店内系统与治安系统在住人数核对：本次未检查或无法核实，原因：店内前台系统正在维护。" in visit.text
    assert "未检查或无法核实的事项：店内系统与治安系统在住人数核对。" in visit.text


def test_seal_engravers_the_fourth_checklist_good_and_bad() -> None:
    visit = (
        Visit("seal-engraving").opened().says(SE101="held", SE301="pass", SE201={"count": 30, "round": 1, "reason": ""})
    )
    visit.photos("SE101")
    keys = visit.done["samples"]["SE201"]["keys"]
    for key in keys:
        visit.row(
            "SE201", key, proof="complete", ordered="2026-11-10T01:00:00.000Z", uploaded="2026-11-10T09:00:00.000Z"
        )
    assert visit.why() == [] and visit.done["result_code"] == "NO_PROBLEM"
    visit.row(
        "SE201", keys[2], proof="missing", ordered="2026-11-10T01:00:00.000Z", uploaded="2026-11-11T02:00:00.000Z"
    )
    visit.found("SE201", "无单位介绍信").photos("SE201")
    assert visit.classes() == {"SE201": "C"}
    assert f"1枚不符合要求：登记第{keys[2]}号，委托刻制证明缺失，上传用时1500分钟。" in visit.text
