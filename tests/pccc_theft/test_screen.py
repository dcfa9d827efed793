"""From three tables to findings an officer can defend; what only looks like theft stays below 유력."""

import json
import re
from datetime import date, datetime, timedelta

import pyarrow as pa
import pytest

from lib.entries.pccc_theft import demo, monitoring, rules, screen
from lib.entries.pccc_theft.tables import TABLES
from lib.screening.ranking import Ranking
from lib.tables.checking import check, match_headers

SEED = 21


@pytest.fixture(scope="module")
def world() -> demo.World:
    return demo.world(SEED, codes=300, cases=4, world="eval")


@pytest.fixture(scope="module")
def ranking(world: demo.World) -> Ranking:
    return screen.screen(world.tables, as_of=demo.END)


def test_harmless_look_alikes_stay_below_the_top_grade(world: demo.World, ranking: Ranking) -> None:
    truth = world.truth.to_pandas().set_index("subject")
    harmless = truth[~truth["harmful"]].index
    listed = ranking.rows[ranking.rows["subject"].isin(harmless) & ~ranking.rows["rule_own_report"]]
    assert len(listed) > 40
    assert not (listed["grade"] == rules.STRONG).any()


def test_there_are_at_least_as_many_look_alikes_as_thefts(world: demo.World) -> None:
    harmful = world.truth.to_pandas()["harmful"]
    assert (~harmful).sum() >= harmful.sum()


def test_thefts_rank_above_chance(world: demo.World, ranking: Ranking) -> None:
    truth = world.truth.to_pandas()
    fresh = truth["start"] >= demo.END - timedelta(days=45)
    stolen = set(truth[truth["harmful"] & fresh]["subject"])
    top = ranking.rows["subject"].head(30).isin(stolen).mean()
    assert top > 3 * ranking.rows["subject"].isin(stolen).mean()


def test_every_reason_names_rows_that_exist_and_shows_no_personal_data(world: demo.World, ranking: Ranking) -> None:
    keys = {name: set(world.tables[name][table.key].to_pylist()) for name, table in TABLES.items()}
    for finding in ranking.findings(8):
        for reason in finding.reasons:
            assert reason.evidence
            assert all(e.key in keys[e.source] for e in reason.evidence)
        said = json.dumps(
            [finding.title, [[r.text, [e.detail for e in r.evidence]] for r in finding.reasons], finding.facts],
            ensure_ascii=False,
        )
        assert not re.search(r"P\d{12}|010-\d{4}-\d{4}|\d+호", said)


def test_a_code_its_owner_reported_comes_first(ranking: Ranking) -> None:
    reported = ranking.rows["rule_own_report"].to_numpy()
    assert reported.any()
    assert reported[: reported.sum()].all()
    assert (ranking.rows["grade"][: reported.sum()] == rules.STRONG).all()


def test_reports_may_be_missing(world: demo.World) -> None:
    without = {name: table for name, table in world.tables.items() if name != "reports"}
    assert not screen.screen(without, as_of=demo.END).rows["rule_own_report"].any()


def test_the_room_shows_hubs_neighbours_alerts_and_links(world: demo.World, ranking: Ranking) -> None:
    monitor = monitoring.load(world.tables, ranking)
    hubs = monitor.hubs("place")
    assert (hubs["codes"] >= ranking.limits["place_codes"]).all()
    nodes, edges = monitor.neighbours(hubs["node"].iat[0])
    assert set(edges["target"]) == {hubs["node"].iat[0]}
    opened, _ = monitor.neighbours(edges["source"].iat[0])
    assert hubs["node"].iat[0] in set(opened["node"])
    assert not nodes["title"].str.contains(r"P\d{12}|\d+호").any()
    alerts = monitor.alerts(demo.END - timedelta(days=7))
    assert set(alerts["grade"]) <= {rules.SUSPECT, rules.STRONG}
    told = ranking.rows.set_index("subject")["link_hops"].dropna()
    linked = monitor.linked().set_index("subject")["hops"]
    assert linked.to_dict() == told.to_dict()
    daily = monitor.daily_counts()
    assert daily["parcels"].sum() == ranking.rows["parcels"].sum()


def test_a_world_is_the_same_again_and_another_seed_is_another() -> None:
    one, same, other = (demo.world(seed, codes=50, cases=1).tables["parcels"] for seed in (1, 1, 2))
    assert one.equals(same)
    assert not one.equals(other)


def test_headers_as_the_forms_write_them_are_understood() -> None:
    forms = {
        "parcels": "신고구분(목록/간이/일반)|통관목록번호/수입신고번호|MRN-MSN-HSN|HBL|특송업체부호|입항일|적출국|발송인|수하인성명|PCCC|수하인전화|"
        "배송지주소|우편번호|품명|HS(6)|수량|물품가격(USD)|중량|전자상거래 사이트 URL|거래번호",
        "codes": "부호|성명(한)|성명(영)|전화|등록 배송지|발급일|변경일|만료일|상태(정상·정지·해지)|검증세대(NPZ/NP)",
        "reports": "접수일|부호|대상 신고번호|본인여부 답변",
    }
    for name, form in forms.items():
        headers = form.split("|")
        assert set(match_headers(headers, TABLES[name]).values()) == set(headers), name


def test_a_list_without_the_moment_of_declaration_is_dated_by_arrival() -> None:
    raw = pa.table({
        "입항일": ["2026-06-29"], "수하인성명": ["가나다"], "PCCC": ["P012345678901"], "우편번호": ["12345"],
        "배송지주소": ["가온시 1"], "품명": ["VITAMIN"], "물품가격(USD)": ["45.9"],
    })  # fmt: skip
    checked = check(raw, TABLES["parcels"])
    assert checked.rows["declared_at"].to_pylist() == [datetime(2026, 6, 29)]
    assert checked.rows["arrived_on"].to_pylist() == [date(2026, 6, 29)]
