"""The indicators of one delivery address as of a day: what the place looks like, and how the parcels to it behave.

Two axes that never mix: ``premises`` from the place alone (use, words, registers), ``commercial`` from the parcels alone.
A subject is a building with its unit, the building alone where no unit is written, and the text as written where the
building was not found.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import reduce
from typing import Any, Protocol

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from lib.entries.address_reading.tables import FORMAL
from lib.screening.features import Feature
from lib.screening.limits import Limits
from lib.tables.engine import Engine

MONTH = 30
HOME, OFFICETEL, SHOP, OFFICE, WORKS, PUBLIC, DORMITORY, OTHER = (
    "home", "officetel", "shop", "office", "works", "public", "dormitory", "other",
)  # fmt: skip
USES = {
    HOME: "주거",
    OFFICETEL: "오피스텔",
    SHOP: "근린생활·판매",
    OFFICE: "업무",
    WORKS: "공장·창고·지식산업센터",
    PUBLIC: "공공·교육",
    DORMITORY: "기숙사",
    OTHER: "그 밖의 용도",
    "": "자료 없음",
}
_USE_WORDS = (  # 주용도 as the 건축물대장 writes it, the telling word first
    (DORMITORY, "기숙사|생활관"),
    (OFFICETEL, "오피스텔"),
    (WORKS, "지식산업|아파트형공장|공장|창고|물류|위험물|자동차관련"),
    (PUBLIC, "공공|관공서|청사|교육연구|학교|운동|군사|방송통신|노유자|의료|발전시설|교정"),
    (OFFICE, "업무"),
    (SHOP, "근린|근생|판매|숙박|위락|관광|문화"),
    (HOME, "주택|아파트|다세대|연립|다가구|주거"),
)
WORDS = {  # what the address itself says; Roman letters and Hangul
    "business": r"bldg|building|tower|cent(er|re)|plaza|factory|warehouse|works|arcade|빌딩|타워|센터|프라자|플라자|공장|창고|상가|지식산업",
    "firm": r"co\.? ?, ?ltd|co ltd|ltd|inc|corp|corporation|company|trading|traders|store|shop|mall|mart|boutique|상사|무역|주식회사|\(주\)|㈜|상회|스토어",
    "forwarder": r"forward(er|ing|ers)?|baedaeji|mail ?box|shipping agent|logistics|drop ?ship|배대지|배송대행|물류센터",
    "locker": r"locker|parcel box|pick ?up|cu|gs ?25|7-?eleven|seven eleven|e?mart ?24|ministop|convenience|muin|taekbae ?ham|택배함|무인함|무인택배|편의점",
    "dormitory": r"dorm|dormitory|gisuksa|residence hall|student hall|haksa|기숙사|생활관|학생회관",
    "public": r"city hall|district office|county office|provincial office|government|ministry|court|police|fire station|customs|post office|community center|"
              r"elementary|middle school|high school|university|hospital|gucheong|sicheong|시청|구청|군청|도청|청사|주민센터|경찰서|법원|세관|학교|부대",
    "officetel": r"officetel|offitel|오피스텔",
    "home": r"apt|apts|apartment|villa|ville|house|mansion|dong \d|아파트|빌라|주택|맨션",
    "plea": r"jagayong|jaga|gaein|personal use|private use|자가용|자가사용|개인용",
}  # fmt: skip

FEATURES = (
    Feature("use", "건축물 용도", kind="category", rows="building", names=USES),
    Feature("business_words", "사업장 낱말이 있는 표기 비율", "%", rows="words"),
    Feature("firm_words", "업체 이름이 적힌 표기 비율", "%", rows="firm"),
    Feature("home_words", "주거 낱말이 있는 표기 비율", "%", rows="words"),
    Feature("shared_words", "배대지·택배함·기숙사·관공서 표기 비율", "%", rows="words"),
    Feature("sellers_unit", "같은 호의 통신판매업 신고 수", "곳", rows="register"),
    Feature("businesses_unit", "같은 호의 사업자 수", "곳", rows="register"),
    Feature("registered_building", "같은 건물의 사업자·통신판매업 수", "곳", rows="register"),
    Feature("floor", "층", "층"),
    Feature("no_unit", "동·호 없이 적힌 비율", "%"),
    Feature("unread", "건물을 찾지 못한 비율", "%"),
    Feature("postcode_off", "우편번호가 맞지 않는 비율", "%", rows="postcode"),
    Feature("parcels", "90일 건수", "건"),
    Feature("parcels_month", "30일 건수", "건", rows="month"),
    Feature("names_month", "30일 수하인 수", "명", rows="month"),
    Feature("codes_month", "30일 통관부호 수", "개", rows="month"),
    Feature("names", "90일 수하인 수", "명"),
    Feature("code_parcels", "한 통관부호의 최대 건수", "건"),
    Feature("phone_names", "한 전화번호에 붙은 이름 수", "명", rows="phone"),
    Feature("same_item", "같은 품명 반복 건수", "건", rows="same_item"),
    Feature("same_item_share", "같은 품명 비율", "%", rows="same_item"),
    Feature("same_item_codes", "같은 품명을 받은 통관부호 수", "개", rows="same_item"),
    Feature("quantity", "건당 평균 수량", "개"),
    Feature("near_limit", "면세 한도 바로 아래 건수", "건", rows="near_limit"),
    Feature("near_limit_share", "면세 한도 바로 아래 비율", "%", rows="near_limit"),
    Feature("spellings", "주소 표기 수", "가지", rows="spellings"),
    Feature("code_spellings", "한 통관부호가 쓴 표기 수", "가지", rows="spellings"),
    Feature("plea_share", "자가사용을 내세운 표기 비율", "%", rows="plea"),
    Feature("sender_share", "발송인 집중도(HHI)", "%", rows="sender"),
    Feature("split_parcels", "같은 날 같은 발송인이 나눈 최대 건수", "건", rows="split"),
    Feature("neighbours", "서로 이어진 이웃 호 수", "곳", rows="neighbours"),
    Feature("building_units", "같은 건물에서 받은 호 수", "곳"),
    Feature("declared_share", "정식 수입신고 비율", "%", rows="declared"),
)
AXES = {"premises": "사업장 가능성", "commercial": "상업성"}


class Reads(Protocol):
    """``reading.Reader`` as far as it is needed here."""

    def table(
        self, addresses: Sequence[str | None], zips: Sequence[str | None] | None = None, *, as_of: date | None = None
    ) -> pd.DataFrame: ...


_PLACES = {
    "address": pa.string(), "postcode": pa.string(), "subject": pa.string(), "line": pa.string(), "unit": pa.string(),
    "sido": pa.string(), "sigungu": pa.string(), "zip": pa.string(), "confidence": pa.float64(), "sure": pa.bool_(),
    "exists": pa.bool_(), "candidates": pa.string(), "floor": pa.float64(), "spelled": pa.string(),
}  # fmt: skip


def located(
    tables: Mapping[str, ir.Table], engine: Engine, reader: Reads, as_of: date, limits: Limits
) -> dict[str, ir.Table]:
    """The parcels of the window with what was read of each (``seen``), and the registers at their buildings."""
    parcels = tables["parcels"]
    age = ibis.date(as_of).delta(parcels["arrived_on"], unit="day").cast("int64")
    late = parcels.mutate(age=age, postcode=parcels["postcode"].fill_null("")).filter(
        lambda t: (t["age"] >= 0) & (t["age"] < int(limits["window_days"]))
    )
    pairs = engine.frame(late.select("address", "postcode").distinct()).sort_values(["address", "postcode"])
    read = reader.table(list(pairs["address"]), [code or None for code in pairs["postcode"]], as_of=as_of)
    places = engine.load({"places": _places(pairs.reset_index(drop=True), read.reset_index(drop=True))})["places"]
    seen = late.inner_join(places.drop("floor"), ["address", "postcode"])
    floors = places.select("subject", "floor").distinct()
    found = {"seen": engine.keep(_keyed(seen, limits)), "floors": floors}
    for name, kept in (("businesses", _open(tables["businesses"], as_of)), ("sellers", tables["sellers"]),
                       ("buildings", tables["buildings"])):  # fmt: skip
        rows = engine.frame(kept.select("address").distinct()).sort_values("address")
        told = reader.table(list(rows["address"]), None, as_of=as_of) if len(rows) else _nothing()
        at = pa.table(
            {
                "address": pa.array(rows["address"], pa.string()),
                **{c: pa.array(told[c].fillna("").astype(str), pa.string()) for c in ("line", "unit")},
            }
        )
        at = engine.load({f"at_{name}": at})[f"at_{name}"]
        found[name] = engine.keep(kept.inner_join(at.filter(at["line"] != ""), "address"))
    return found


def _nothing() -> pd.DataFrame:
    return pd.DataFrame({"line": pd.Series(dtype=str), "unit": pd.Series(dtype=str)})


def _open(businesses: ir.Table, as_of: date) -> ir.Table:
    """Those in business on the day."""
    day, b = ibis.date(as_of), businesses
    return b.filter(
        (b["opened_on"].isnull() | (b["opened_on"] <= day)) & (b["closed_on"].isnull() | (b["closed_on"] > day))
    )


def _places(pairs: pd.DataFrame, read: pd.DataFrame) -> pa.Table:
    """What was read of each distinct address, with its subject and its spelling."""
    kept = read.reindex(columns=[c for c in _PLACES if c not in ("address", "postcode", "subject", "spelled")])
    exists = kept["exists"].fillna(False).astype(bool) & (kept["line"].fillna("") != "")
    upper = pairs["address"].astype(str).str.upper()
    written = upper.str.replace(r"[\W_]+", " ", regex=True).str.strip()
    units = kept["unit"].fillna("")
    hangul = kept["line"].fillna("") + (", " + units).where(units != "", "")
    texts = {c: kept[c].fillna("").astype(str) for c in ("line", "unit", "sido", "sigungu", "zip", "candidates")}
    columns: dict[str, Any] = {
        **texts,
        "address": pairs["address"],
        "postcode": pairs["postcode"],
        "line": texts["line"].where(exists, ""),
        "subject": hangul.where(exists, written.where(written != "", "(주소 없음)")),
        "confidence": pd.to_numeric(kept["confidence"], errors="coerce"),
        "sure": kept["sure"].fillna(False).astype(bool),
        "exists": exists,
        "floor": pd.to_numeric(kept["floor"], errors="coerce").astype("float64"),
        "spelled": written.str.replace(" ", ""),
    }
    return pa.table({name: pa.array(columns[name], kind, from_pandas=True) for name, kind in _PLACES.items()})


def plain(text: ir.StringValue) -> ir.StringValue:
    """The text as it is compared: no blanks, commas or hyphens, upper case."""
    return text.replace(" ", "").replace(",", "").replace("-", "").upper()


def says(text: ir.StringValue, words: str) -> ir.BooleanValue:
    """Whether one of the words stands in the text: Latin ones whole, Hangul ones anywhere."""
    return text.lower().re_search(rf"(^|[^a-z])({words})([^a-z]|$)")


def _keyed(seen: ir.Table, limits: Limits) -> ir.Table:
    """What the indicators compare: plain keys, and marks of each parcel."""
    price, margin = seen["value_usd"], limits["near_limit_usd"]
    tops = limits["duty_free_usd"], limits["duty_free_us_usd"]
    dollars = seen["currency"].fill_null("USD") == "USD"
    near = reduce(lambda a, b: a | b, [(price >= top - margin) & (price <= top) for top in tops])
    compared = seen["exists"] & (seen["postcode"].length() == 5) & (seen["zip"] != "")
    return seen.mutate(
        person=plain(seen["receiver"]),
        number=plain(seen["phone"]).nullif(""),
        goods=plain(seen["item"]),
        seller=plain(seen["sender"]).nullif(""),
        near=_flag(near & dollars),
        compared=_flag(compared),
        off=_flag(compared & (seen["postcode"] != seen["zip"])),
        formal=_flag(seen["kind"] == FORMAL),
        bare=_flag(seen["unit"] == ""),
        **{f"says_{name}": _flag(says(seen["address"], words)) for name, words in WORDS.items()},
    )


def _flag(condition: Any) -> ir.IntegerValue:
    return condition.fill_null(False).cast("int64")


def build(found: Mapping[str, ir.Table], limits: Limits) -> ir.Table:
    """One row a subject: ``subject``, ``line``, ``unit``, ``sigungu``, FEATURES and the two axes."""
    seen: Any = found["seen"]
    count = {name: seen[f"says_{name}"].sum() for name in WORDS}
    shared = ibis.greatest(*(seen[f"says_{name}"] for name in ("forwarder", "locker", "dormitory", "public")))
    wide: Any = seen.group_by("subject").agg(
        line=seen["line"].min(),
        unit=seen["unit"].min(),
        sido=seen["sido"].min(),
        sigungu=seen["sigungu"].min(),
        parcels=seen.count(),
        parcels_month=(seen["age"] < MONTH).cast("int64").sum(),
        names=seen["person"].nunique(),
        spellings=seen["spelled"].nunique(),
        near_limit=seen["near"].sum(),
        off=seen["off"].sum(),
        compared=seen["compared"].sum(),
        formal=seen["formal"].sum(),
        bare=seen["bare"].sum(),
        missed=(~seen["exists"]).cast("int64").sum(),
        pieces=seen["quantity"].fill_null(1).sum(),
        shared=shared.sum(),
        **{f"n_{name}": total for name, total in count.items()},
    )
    parts = [
        _month(seen),
        _codes(seen),
        _goods(seen),
        _phones(seen),
        _senders(seen),
        _split(seen, limits),
        _neighbours(seen),
        _floors(found),
    ]
    for i, part in enumerate(parts):
        wide = wide.left_join(part, "subject", rname=f"{{name}}_{i}")
    wide = _at_building(wide, found)
    n = wide["parcels"].cast("float64")

    def share(column: str) -> Any:
        return wide[column].cast("float64") / n

    named: dict[str, Any] = {
        "business_words": share("n_business"),
        "firm_words": share("n_firm"),
        "home_words": share("n_home"),
        "shared_words": share("shared"),
        "no_unit": share("bare"),
        "unread": share("missed"),
        "postcode_off": ibis.ifelse(
            wide["compared"] > 0, wide["off"].cast("float64") / wide["compared"].nullif(0), 0.0
        ),
        "same_item_share": share("same_item"),
        "quantity": share("pieces"),
        "near_limit_share": share("near_limit"),
        "plea_share": share("n_plea"),
        "declared_share": share("formal"),
    }
    plain_ones = [f.name for f in FEATURES if f.kind == "number" and f.name not in named]
    known = {name: wide[name] if name == "floor" else wide[name].fill_null(0) for name in plain_ones}
    made: Any = wide.select(
        "subject",
        "line",
        "unit",
        "sido",
        "sigungu",
        use=wide["use"].fill_null(""),
        **{
            name: wide[f"n_{name}"].cast("float64") / n
            for name in ("forwarder", "locker", "dormitory", "public", "officetel")
        },
        **{f.name: (named | known)[f.name].cast("float64") for f in FEATURES if f.kind == "number"},
    )
    return made.mutate(premises=_premises(made), commercial=_commercial(made))


def _month(seen: Any) -> Any:
    late = seen.filter(seen["age"] < MONTH)
    return late.group_by("subject").agg(names_month=late["person"].nunique(), codes_month=late["pccc"].nunique())


def _codes(seen: Any) -> Any:
    each = (
        seen.filter(seen["pccc"].notnull())
        .group_by("subject", "pccc")
        .agg(n=ibis._.count(), told=ibis._["spelled"].nunique())
    )
    return each.group_by("subject").agg(code_parcels=each["n"].max(), code_spellings=each["told"].max())


def _goods(seen: Any) -> Any:
    """Indicator 5: the goods that come again and again, and how many codes they are spread over."""
    each = seen.group_by("subject", "goods").agg(n=seen.count(), codes=seen["pccc"].nunique())
    return each.group_by("subject").agg(same_item=each["n"].max(), same_item_codes=each["codes"].max())


def _phones(seen: Any) -> Any:
    each = seen.filter(seen["number"].notnull()).group_by("subject", "number").agg(n=ibis._["person"].nunique())
    return each.group_by("subject").agg(phone_names=each["n"].max())


def _senders(seen: Any) -> Any:
    """Indicator 9: how much of it one sender ships (Herfindahl)."""
    each = seen.filter(seen["seller"].notnull()).group_by("subject", "seller").agg(n=ibis._.count())
    squares = each.group_by("subject").agg(squares=(each["n"] * each["n"]).sum(), total=each["n"].sum())
    return squares.select(
        "subject",
        sender_share=squares["squares"].cast("float64") / (squares["total"] * squares["total"]).cast("float64"),
    )


def _split(seen: Any, limits: Limits) -> Any:
    """Parcels of one sender on one day that together pass the duty-free limit, each below it."""
    small = seen.filter(seen["seller"].notnull() & (seen["value_usd"] <= limits["duty_free_usd"]))
    each = small.group_by("subject", "seller", "age").agg(n=small.count(), usd=small["value_usd"].sum())
    over = each.filter((each["n"] > 1) & (each["usd"] > limits["duty_free_usd"]))
    return over.group_by("subject").agg(split_parcels=over["n"].max())


def _neighbours(seen: Any) -> Any:
    """Units of the building tied together: by a phone, a code, or the same goods of one sender coming again to each."""
    placed = seen.filter((seen["line"] != "") & (seen["unit"] != ""))
    pairs = [
        placed.filter(placed[key].notnull())
        .select("subject", "line", tie=ibis.literal(f"{key} ") + placed[key])
        .distinct()
        for key in ("number", "pccc")
    ]
    again = (
        placed.filter(placed["seller"].notnull()).group_by("subject", "line", "seller", "goods").agg(n=ibis._.count())
    )
    again = again.filter(again["n"] > 1)
    pairs.append(again.select("subject", "line", tie=again["seller"] + " " + again["goods"]))
    tied = ibis.union(*pairs)
    units = tied.group_by("line", "tie").agg(units=tied.count())
    t = tied.inner_join(units.filter(units["units"] > 1), ["line", "tie"])
    return t.group_by("subject").agg(neighbours=t["units"].max())


def _floors(found: Mapping[str, ir.Table]) -> Any:
    floors = found["floors"]
    return floors.group_by("subject").agg(floor=floors["floor"].max())


def use_of(text: Any) -> Any:
    """The group a 주용도 of the register belongs to."""
    cases = [(text.re_search(words), name) for name, words in _USE_WORDS]
    return ibis.cases(*cases, else_=OTHER)


def _at_building(wide: Any, found: Mapping[str, ir.Table]) -> Any:
    """Indicators 1 and 3: the use of the building, and who is registered there, at this unit and at others."""
    b: Any = found["buildings"]
    known = b.filter(b["use"].notnull() | b["shared"].notnull())
    text = known["use"].fill_null("") + known["name"].fill_null("")
    group = ibis.ifelse(
        known["shared"].fill_null(False) & ~known["use"].fill_null("").re_search("기숙사"), HOME, use_of(text)
    )
    uses = known.select("line", use=group).group_by("line").agg(use=ibis._["use"].min())
    wide = wide.left_join(uses, "line").drop("line_right")
    for name in ("sellers", "businesses"):
        rows: Any = found[name]
        here = rows.filter(rows["unit"] != "").group_by("line", "unit").agg(**{f"{name}_unit": ibis._.count()})
        there = rows.group_by("line").agg(**{f"{name}_building": ibis._.count()})
        wide = wide.left_join(here, ["line", "unit"]).drop("line_right", "unit_right")
        wide = wide.left_join(there, "line").drop("line_right")
    placed = wide.filter(wide["line"] != "")
    units = placed.group_by("line").agg(building_units=placed.count())
    wide = wide.left_join(units, "line").drop("line_right")
    return wide.mutate(
        registered_building=wide["sellers_building"].fill_null(0) + wide["businesses_building"].fill_null(0)
    )


def _ramp(value: Any, low: float, high: float) -> Any:
    """0 up to ``low``, 1 from ``high`` on."""
    return ibis.least(ibis.greatest((value - low) / ibis.literal(high - low, "float64"), 0.0), 1.0)


def _any(*chances: Any) -> Any:
    """That one of them holds, were they independent."""
    return ibis.literal(1.0) - reduce(lambda a, b: a * b, [1.0 - chance for chance in chances])


_USE_CHANCE = {WORKS: 0.65, OFFICE: 0.5, SHOP: 0.5, OFFICETEL: 0.3, OTHER: 0.15}


def _premises(t: Any) -> Any:
    """사업장 가능성, from the place alone."""
    use = ibis.cases(*[(t["use"] == name, chance) for name, chance in _USE_CHANCE.items()], else_=0.0)
    ground = ((t["floor"] <= 1) & (t["use"] != HOME)).fill_null(False)
    told = _any(
        use,
        0.9 * _ramp(t["sellers_unit"], 0, 1),
        0.8 * _ramp(t["businesses_unit"], 0, 1),
        0.15 * _ramp(t["registered_building"], 0, 3),
        0.35 * _ramp(t["business_words"], 0, 0.5),
        0.5 * _ramp(t["firm_words"], 0, 0.5),
        ibis.ifelse(ground, 0.15, 0.0),
    )
    registered = (t["sellers_unit"] + t["businesses_unit"]) > 0
    dwelling = ((t["use"] == HOME) | (t["use"] == DORMITORY) | (t["home_words"] >= 0.5)) & ~registered
    return ibis.ifelse(dwelling, told * 0.4, told)


def _commercial(t: Any) -> Any:
    """상업성, from the parcels alone. Many people count only as far as the same goods come to them."""
    alike = _ramp(t["same_item_share"], 0.2, 0.6)
    told = _any(
        0.25 * _ramp(t["parcels_month"], 5, 20),
        0.45 * _ramp(ibis.greatest(t["names_month"], t["codes_month"]), 1, 8) * alike,
        0.5 * _ramp(t["same_item"], 2, 12) * _ramp(t["same_item_share"], 0.05, 0.35),
        0.3 * _ramp(t["same_item_codes"], 1, 5) * alike,
        0.5 * _ramp(t["near_limit_share"], 0.2, 0.8) * _ramp(t["near_limit"], 1, 6),
        0.4 * _ramp(t["code_spellings"], 2, 6),
        0.3 * _ramp(t["spellings"] - t["names"], 2, 10),
        0.2 * _ramp(t["sender_share"], 0.4, 0.9) * _ramp(t["parcels"], 4, 10),
        0.4 * _ramp(t["neighbours"], 1, 4),
        0.4 * _ramp(t["phone_names"], 1, 4),
        0.25 * _ramp(t["split_parcels"], 1, 4),
    )
    return ibis.ifelse(t["declared_share"] >= 0.8, told * 0.5, told)
