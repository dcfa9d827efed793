"""What the page draws of linked declarations: one pair, the stock they draw on, prices, where the goods went, tariffs."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from lib.entries.origin_laundering import clearing, evidence, tariffs
from lib.entries.origin_laundering.ledger import AREA, LENGTH, PIECE, VOLUME, WEIGHT, Array, Side
from lib.entries.origin_laundering.matching import weights
from lib.entries.origin_laundering.screen import Exporters
from lib.screening.said import EPOCH, firm_number
from lib.tables.countries import names

SUSPECT, FOREIGN, CLEARED, WEAK = "국산 신고 의심", "외국산 신고", "설명됨", "약한 연결"
STATUS = (SUSPECT, FOREIGN, CLEARED, WEAK)
PAYING, EQUAL = "세율 차이 있음", "세율 차이 없음"
ROUTES = (PAYING, EQUAL, CLEARED)
OTHERS, ELSEWHERE = "그 밖의 업체", "그 밖의 나라"
PACKED = "포장"  # 상자, 세트: of one kind
UNITS = {PIECE: "개", WEIGHT: "kg", LENGTH: "m", AREA: "㎡", VOLUME: "L"}
LAYERS = ("원산지", "수입 업체", "수출 업체", "목적국")
WORDS = ("goods", "trade_name", "brand", "model", "component")  # whose differing characters are marked
SAME = 0.35  # of the longer text: less in common, and all of it differs
MOST = 300  # links listed
_HALF = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}  # full-width marks, one for one


def country(code: Any) -> str:
    """A country's Korean name, its code where it is not known."""
    return "모름" if code is None or pd.isna(code) else names().get(str(code), str(code))


def firm_name(ranking: Exporters, code: int) -> str:
    """The name of a firm of the ledger, its business number where it is not known."""
    name = ranking.ledger.known.get(code, {}).get("name")
    return str(name) if name else firm_number(ranking.ledger.firms[code])


def firm_names(ranking: Exporters) -> dict[str, str]:
    """The names of all firms of the ledger by business number."""
    return {firm: firm_name(ranking, code) for code, firm in enumerate(ranking.ledger.firms)}


def whole(ranking: Exporters) -> pd.DataFrame:
    """Every link with ``exporter``, ``importer``, ``origin``, ``country`` (codes of the ledger), ``hs6``, ``day``, ``won``,
    ``status`` (of STATUS) and ``paying``: doubtful ones first, among them those that pay, the largest first.
    """
    rows, kept = ranking.links, ranking.ledger
    out, back = kept.exports.rows.iloc[rows["exported"]], kept.imports.rows.iloc[rows["imported"]]
    status = np.select([~rows["strong"], rows["cleared"], rows["suspect"]], [3, 2, 0], 1)
    told = rows.assign(
        exporter=out["firm"].to_numpy(),
        importer=back["firm"].to_numpy(),
        origin=back["origin"].to_numpy(),
        country=out["country"].to_numpy(),
        hs6=out["hs6"].to_numpy(),
        day=out["day"].to_numpy(),
        status=pd.Categorical(np.array(STATUS, dtype=object)[status], categories=list(STATUS)),
        order=status,
    )
    told = told.sort_values(
        ["order", "paying", "won", "exported", "imported"], ascending=[True, False, False, True, True]
    )
    return told.drop(columns="order").reset_index(drop=True)


def of_firm(ranking: Exporters, rows: pd.DataFrame, firm: str) -> pd.DataFrame:
    """The links of one exporter."""
    code = ranking.ledger.firms.index(firm) if firm in ranking.ledger.firms else -1
    return rows[rows["exporter"] == code].reset_index(drop=True)


def listed(ranking: Exporters, rows: pd.DataFrame) -> pd.DataFrame:
    """Links as a table to choose from."""
    kept = ranking.ledger
    sold, bought = (_lines(side, rows[name]) for side, name in ((kept.exports, "exported"), (kept.imports, "imported")))
    names = {code: firm_name(ranking, code) for code in {*rows["exporter"], *rows["importer"]}}
    return pd.DataFrame(
        {
            "판단": rows["status"].astype("str"),
            "수출 업체": rows["exporter"].map(names),
            "수입 물품": [evidence.said(line) for line in bought],
            "수출 물품": [evidence.said(line) for line in sold],
            "연결 강도": rows["strength"].clip(upper=0.999),  # nothing is certain
            "연결 금액(원)": rows["won"].round(),
            "가격 상승": rows["uplift"],
            "경로": [
                f"{country(place(ranking, a))} → {country(place(ranking, b))}"
                for a, b in zip(rows["origin"], rows["country"], strict=True)
            ],
            "세율 차이(%p)": rows["incentive"],
            "수출일": [line["accepted_on"] for line in sold],
            "수입한 업체": rows["importer"].map(names).where(rows["importer"] != rows["exporter"], "본인"),
            "설명": rows["clears"].map(clearing.CLEARS).fillna(""),
        }
    )  # fmt: skip


def place(ranking: Exporters, code: Any) -> str | None:
    """The two letters a ledger's code stands for."""
    return None if pd.isna(code) or int(code) < 0 else ranking.ledger.places[int(code)]


def _lines(side: Side, rows: "pd.Series[Any]") -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = side.lines.take(pa.array(rows.to_numpy(), pa.int64())).to_pylist()
    return told


# One pair


class Field(NamedTuple):
    """One thing both declarations say, cut into stretches that are alike or differ; ``note``: how far the export is off."""

    title: str
    imported: list[tuple[str, bool]]
    exported: list[tuple[str, bool]]
    note: str = ""


def fields(ranking: Exporters, link: dict[Any, Any]) -> list[Field]:
    """An import line beside the export line it explains."""
    kept = ranking.ledger
    back, out = kept.imports, kept.exports
    at, to = int(link["imported"]), int(link["exported"])
    bought, sold = back.line(at), out.line(to)
    one, other = (side.rows.iloc[row].to_dict() for side, row in ((back, at), (out, to)))

    def plain(title: str, a: Any, b: Any, note: str = "", *, differs: bool = False) -> Field:
        told = [_said(value) for value in (a, b)]
        return Field(title, [(told[0], differs)], [(told[1], differs)], note)

    def texts(title: str, name: str) -> Field:
        return Field(title, *marked(_text(bought[name]), _text(sold[name])))

    def figure(title: str, values: Sequence[Any], form: str = "{:,.0f}") -> Field:
        a, b = values
        told = ["-" if value is None or pd.isna(value) else form.format(value) for value in (a, b)]
        return Field(title, [(told[0], False)], [(told[1], False)], _off(a, b))

    each = [row["kg"] / row["quantity"] if row["unit"] == PIECE and row["quantity"] else np.nan for row in (one, other)]
    alike = one["unit"] == other["unit"]
    counted = alike and not np.isnan([one["quantity"], other["quantity"]]).any()
    per = UNITS.get(int(one["unit"]), PACKED) if counted else "kg"
    price = [row["won"] / row["quantity" if counted else "kg"] for row in (one, other)]
    named = [f"{country(line['origin'])}({line['origin'] or '-'})" for line in (bought, sold)]
    makers = [line.get("maker") for line in (bought, sold)]
    told = [
        plain("수리일", bought["accepted_on"], sold["accepted_on"], f"수입 {int(link['days']):,}일 뒤"),
        plain("신고번호", evidence.number(bought), evidence.number(sold)),
        plain(
            "업체",
            firm_name(ranking, int(one["firm"])),
            firm_name(ranking, int(other["firm"])),
            "" if one["firm"] == other["firm"] else "다른 업체가 수입",
            differs=one["firm"] != other["firm"],
        ),
        Field("HS부호", *_hs(_said(bought["hs"]), _said(sold["hs"]))),
        texts("품명", "goods"),
        texts("거래품명", "trade_name"),
        texts("상표", "brand"),
        texts("모델규격", "model"),
        texts("성분", "component"),
        plain("수량", _count(bought), _count(sold), _off(one["quantity"], other["quantity"]) if alike else ""),
        plain("단위", bought["unit"], sold["unit"]),
        figure("순중량(kg)", [one["kg"], other["kg"]], "{:,.1f}"),
        figure("개당 중량(kg)", each, "{:,.4g}"),
        figure(f"단가(원/{per})", price, "{:,.0f}" if max(np.nan_to_num(price)) >= 100 else "{:,.2f}"),
        figure("금액(원)", [one["won"], other["won"]]),
        Field("원산지", [(named[0], True)], [(named[1], True)])
        if bought["origin"] != sold["origin"]
        else plain("원산지", *named),
        plain("상대국", *[f"{country(line['country'])}({line['country'] or '-'})" for line in (bought, sold)]),
        plain("거래구분", bought["trade_kind"], sold["trade_kind"]),
        plain("거래처", bought["partner"], sold["partner"]),
        plain("제조자", makers[0], makers[1]),
    ]
    return [field for field in told if not field.imported[0][0] == field.exported[0][0] == "-"]


def marked(one: str, other: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Both texts cut where they differ; full-width letters count as plain ones, and texts with little in common differ whole."""
    if not one or not other:
        return [(one or "-", False)], [(other or "-", False)]
    parts = evidence.differing(one.translate(_HALF), other.translate(_HALF))
    told = []
    for text, cut in zip((one, other), parts, strict=True):
        at, stretches = 0, []
        for stretch, differs in cut:
            stretches.append((text[at : at + len(stretch)], differs))
            at += len(stretch)
        told.append(stretches)
    common = sum(len(text) for text, differs in told[0] if not differs)
    if common < SAME * max(len(one), len(other)):
        return [(one, True)], [(other, True)]
    return told[0], told[1]


def _hs(one: str, other: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Two HS codes: from the first digit that differs on, both differ."""
    a, b = ("".join(sign for sign in code if sign.isdigit()) for code in (one, other))
    same = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    told = [
        [part for part in ((code[:same], False), (code[same:], len(a) == len(b) and same < len(a))) if part[0]]
        for code in (a, b)
    ]
    return told[0] or [("-", False)], told[1] or [("-", False)]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _said(value: Any) -> str:
    return _text(value) or "-"


def _count(line: dict[str, Any]) -> str:
    return "-" if line["quantity"] is None else f"{line['quantity']:,.10g}"


def _off(one: Any, other: Any) -> str:
    """How far the second is from the first."""
    if one is None or other is None or pd.isna(one) or pd.isna(other) or not one:
        return ""
    change = 100 * (other / one - 1)
    if abs(change) < 0.05:
        return "같음"
    return f"{change:+,.1f}%" if abs(change) < 1000 else f"{other / one:,.0f}배"


def parts(link: dict[Any, Any]) -> pd.DataFrame:
    """What a link's strength is made of: ``part``, ``odds``; where it starts from is first."""
    told = [("출발점(우연히 닮은 물품)", weights()["bias"]["start"]), *evidence.parts(link)]
    return pd.DataFrame(told, columns=["part", "odds"])


def behind(ranking: Exporters, link: dict[Any, Any]) -> pd.DataFrame:
    """The tariffs that made a Korean label pay on the day of the export."""
    to, origin = place(ranking, link["country"]), place(ranking, link["origin"])
    if to is None or origin is None:
        return rules(pd.DataFrame())
    day = (pd.Timestamp(EPOCH) + pd.Timedelta(days=int(link["day"]))).date()
    return rules(pd.DataFrame(tariffs.measures(ranking.rates, to, f"{int(link['hs6']):06d}", origin, day)))


def rules(found: pd.DataFrame) -> pd.DataFrame:
    """Rules of the tariff table as officers read them."""
    names = {
        "country": "수입국", "hs": "HS부호", "origin": "실제 원산지", "measure": "조치", "origin_rate": "실제 원산지 세율(%)",
        "korea_rate": "한국산 세율(%)", "points": "차이(%p)", "since": "시작일", "until": "종료일", "source": "출처",
    }  # fmt: skip
    told = found.reindex(columns=[name for name in names if name in found])
    if len(told):
        told = told.assign(
            since=told["since"].astype(str), until=told["until"].map(lambda day: "계속" if pd.isna(day) else str(day))
        )
    return told.rename(columns=names)


# The stock of one kind of goods


class Stock(NamedTuple):
    """``steps``: in order of time ``day``, ``change``, ``left``, ``what`` (수입 or of STATUS), ``firm``, ``told``. ``prices``:
    ``day``, ``price``, ``what``, ``size`` (won), ``told``. ``imported``, ``drawn``, ``sold``: in ``unit``; ``sold`` is all that left in
    the linked lines, so that ``sold - drawn`` is what the imports do not explain. ``unit``: "" when nothing can be counted.
    """

    steps: pd.DataFrame
    prices: pd.DataFrame
    unit: str
    imported: float
    drawn: float
    sold: float
    uncounted: int  # imported lots whose amount is not known


def stock(ranking: Exporters, rows: pd.DataFrame, source: int) -> Stock:
    """How much of one kind of imported goods is left, day by day, as exports draw on it; ``rows``: of ``whole``."""
    kept = ranking.ledger
    lots = np.flatnonzero(ranking.found.item_of["imports"] == source)
    links = rows[rows["source"] == source].drop_duplicates(["exported", "imported"])
    lot = kept.imports.rows.iloc[lots]
    line = kept.exports.rows.iloc[links["exported"]]
    units = {*lot["unit"].tolist(), *line["unit"].tolist()}
    known = {name: lot[name].notna().mean() + line[name].notna().mean() for name in ("quantity", "kg")}
    counted = len(units) == 1 and known["quantity"] >= known["kg"]
    measure, unit = ("quantity", UNITS.get(int(next(iter(units))), PACKED)) if counted else ("kg", "kg")
    unit = unit if lot[measure].notna().any() and line[measure].notna().any() else ""
    sides = []
    for side, which in ((kept.imports, lots), (kept.exports, links["exported"].to_numpy())):
        told = [evidence.said(one) for one in _lines(side, pd.Series(which, dtype="int64"))]
        part = side.rows.iloc[which]
        sides.append(
            pd.DataFrame(
                {
                    "day": _days(part["day"]),
                    "price": (part["won"] / part[measure]).to_numpy(),
                    "size": part["won"].fillna(0).to_numpy(),
                    "firm": [firm_name(ranking, code) for code in part["firm"]],
                    "told": told,
                    "amount": part[measure].to_numpy(dtype=float),
                }
            )
        )
    brought, left = sides[0].assign(what="수입"), sides[1].assign(what=links["status"].astype("str").to_numpy())
    taken = _taken(kept.imports.rows.iloc[links["imported"]], line, measure, links["share"].to_numpy())
    left = left.assign(change=-taken, exported=links["exported"].to_numpy())
    uncounted = int(brought["amount"].isna().sum())
    brought = brought.assign(change=brought["amount"])
    steps = pd.concat([brought[brought["change"] > 0], left[left["change"] < 0]], ignore_index=True)
    steps = steps.assign(later=steps["what"] != "수입").sort_values(["day", "later"], kind="stable", ignore_index=True)
    steps = steps.assign(left=steps["change"].cumsum())
    each = left[left["what"] != WEAK].drop_duplicates("exported")
    shares = rows[rows["exported"].isin(each["exported"])].groupby("exported")["share"].sum()
    drawn = float((each["amount"] * each["exported"].map(shares).clip(upper=1)).sum())
    prices = pd.concat([brought, each], ignore_index=True)
    prices = prices[prices["price"].notna() & (prices["price"] > 0)].sort_values(
        "day", kind="stable", ignore_index=True
    )
    return Stock(
        steps[["day", "change", "left", "what", "firm", "told"]],
        prices[["day", "price", "what", "size", "firm", "told"]],
        unit,
        float(brought["amount"].sum()),
        drawn,
        float(each["amount"].sum()),
        uncounted,
    )


def _taken(lot: pd.DataFrame, line: pd.DataFrame, measure: str, share: Array) -> Array:
    """How much each line took of its lot, counted as the matching counts: by quantity where both do alike, else by weight."""
    quantity, kg = ((lot[name].to_numpy(float), line[name].to_numpy(float)) for name in ("quantity", "kg"))
    alike = (lot["unit"].to_numpy() == line["unit"].to_numpy()) & (quantity[0] > 0) & (quantity[1] > 0)
    rate = np.where(alike, quantity[1] / quantity[0], kg[1] / kg[0])
    parts = rate * lot[measure].to_numpy(float)
    taken: Array = np.nan_to_num(share * np.where(np.isnan(parts), line[measure].to_numpy(float), parts))
    return taken


def _days(days: "pd.Series[Any]") -> "pd.Series[Any]":
    return pd.to_datetime(days.astype("int64"), unit="D").reset_index(drop=True)


# Where the goods went


def flows(ranking: Exporters, rows: pd.DataFrame, *, firms: bool, most: int = 7) -> pd.DataFrame:
    """Won from layer to layer: ``layer`` (0 the first), ``source``, ``target``, ``route`` (of ROUTES), ``won``. With ``firms``: origin,
    importer, exporter, destination; without: origin and destination. Weak links are left out.
    """
    kept = rows[(rows["status"] != WEAK) & (rows["won"] > 0)]
    route = np.select([kept["status"] == CLEARED, kept["paying"]], [CLEARED, PAYING], EQUAL)
    stops = pd.DataFrame({"0": kept["origin"], "3": kept["country"]}).map(lambda code: country(place(ranking, code)))
    for stop in stops:
        few = kept.groupby(stops[stop])["won"].sum().nlargest(most).index
        stops[stop] = stops[stop].where(stops[stop].isin(few), ELSEWHERE)
    if firms:
        largest = kept.groupby("importer")["won"].sum().nlargest(most).index
        names = {code: firm_name(ranking, code) for code in {*kept["importer"], *kept["exporter"]}}
        stops["1"] = kept["importer"].map(names).where(kept["importer"].isin(largest), OTHERS)
        stops["2"] = kept["exporter"].map(names)
    stops = stops.sort_index(axis=1).assign(route=route, won=kept["won"])
    parts = [
        stops.groupby([a, b, "route"])["won"]
        .sum()
        .reset_index()
        .set_axis(["source", "target", "route", "won"], axis=1)
        .assign(layer=i)
        for i, (a, b) in enumerate(zip(stops.columns[:-3], stops.columns[1:-2], strict=True))
    ]
    told = pd.concat(parts, ignore_index=True)
    return told.sort_values(["layer", "won"], ascending=[True, False], ignore_index=True)


def monthly(rows: pd.DataFrame) -> pd.DataFrame:
    """Linked won by month of the export and STATUS but the weak."""
    kept = rows[rows["status"] != WEAK]
    month = _days(kept["day"]).dt.to_period("M").to_numpy()
    told = kept.assign(month=month, status=kept["status"].astype("str")).pivot_table(
        index="month", columns="status", values="won", aggfunc="sum", fill_value=0.0
    )
    if len(told):
        told = told.reindex(pd.period_range(told.index.min(), told.index.max(), freq="M"), fill_value=0.0)
    told.index = pd.Index([str(one) for one in told.index])
    return told.reindex(columns=[one for one in STATUS if one in told]).rename_axis(columns=None)


def explained(rows: pd.DataFrame) -> pd.DataFrame:
    """Why strong links are explained: ``why``, ``won``, ``lines`` (of export), the largest first."""
    kept = rows[rows["status"] == CLEARED]
    told = kept.groupby("clears").agg(won=("won", "sum"), lines=("exported", "nunique")).reset_index()
    told = told.assign(why=told["clears"].map(clearing.CLEARS)).sort_values("won", ascending=False, ignore_index=True)
    return told[["why", "won", "lines"]]


# Where a Korean label pays


def origins(ranking: Exporters) -> list[str]:
    """Origins any rule names."""
    named = {str(one) for one in ranking.rates["origin"].dropna() if str(one).strip()}
    return sorted(named, key=lambda code: (code != "CN", code))


def paying(ranking: Exporters, day: date, origin: str) -> pd.DataFrame:
    """``tariffs.grid`` without goods that nobody treats differently."""
    table = tariffs.grid(ranking.rates, day, origin)
    return table[(table > 0).any(axis=1)]


def went(ranking: Exporters, rows: pd.DataFrame, table: pd.DataFrame, origin: str) -> pd.DataFrame:
    """What this data's doubtful links put into the cells of ``paying``: ``hs``, ``place``, ``won``, ``lines``, ``firms``."""
    kept = rows[(rows["status"] == SUSPECT) & (rows["won"] > 0)]
    if origin in ranking.ledger.places:
        kept = kept[kept["origin"] == ranking.ledger.places.index(origin)]
    else:
        kept = kept.iloc[:0]
    heads = {str(name).split()[0]: str(name) for name in table.index}
    six = kept["hs6"].astype(str).str.zfill(6)
    named = six.str[:4].map(heads).fillna(six.str[:2].map(heads))
    ends = kept["country"].map(lambda code: place(ranking, code))
    ends = ends.where(
        ends.isin(table.columns), ends.map(lambda code: tariffs.UNION if code in tariffs.MEMBERS else None)
    )
    told = kept.assign(hs=named, place=ends)[named.notna() & ends.isin(table.columns)]
    sums = told.groupby(["hs", "place"]).agg(
        won=("won", "sum"), lines=("exported", "nunique"), firms=("exporter", "nunique")
    )
    return sums.reset_index().sort_values("won", ascending=False, ignore_index=True)


def in_force(ranking: Exporters, day: date, origin: str) -> pd.DataFrame:
    """The rules that count on a day for goods of an origin, as officers read them."""
    rates = ranking.rates
    since, until = pd.to_datetime(rates["since"]), pd.to_datetime(rates["until"])
    today = pd.Timestamp(day)
    named = rates["origin"].fillna("").astype(str).str.strip()
    kept = rates[(since <= today) & (until.isna() | (until >= today)) & named.isin(["", origin])]
    kept = kept.assign(
        points=kept["origin_rate"].astype(float) - kept["korea_rate"].astype(float),
        country=kept["country"].map(country),
        hs=kept["hs"].fillna("").replace("", "모든 품목"),
        origin=[country(code) if code else "모든 나라" for code in kept["origin"].fillna("").astype(str).str.strip()],
    )
    return rules(kept.sort_values(["country", "hs", "since"]))
