"""Which export line carries which imported goods: pairs worth comparing, how alike they are part by part, and what stock is left.

Lines of one firm, HS and text are one item. Items of an exporter, and imported ones of it and the firms tied to it, are compared where they share a telling key (a model code or its
core anywhere, a word, measure or weight a piece within an HS heading); the parts of what they share add up to a link's
strength as log-odds. Export lines then draw on the imported lots in order of time (FIFO), the likeliest goods first.
"""

import json
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pandas.util import hash_array
from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler

from lib.entries.origin_laundering.ledger import PIECE, Ledger, Side
from lib.entries.origin_laundering.wording import (
    CODE,
    CORE,
    DIGITS,
    MEASURE,
    MEASURES,
    WORD,
    Worded,
    keys,
    shapes,
    worded,
)
from lib.screening.limits import Limits
from lib.settings import DATA

Array = np.ndarray[Any, Any]
SIZE = 6  # a key of its own: weight a piece
STEP = np.log(1.03)  # of the weights a piece that are looked up together
CROWD = {
    CODE: 20_000,
    CORE: 5_000,
    DIGITS: 1_500,
    WORD: 3_000,
    MEASURE: 400,
    MEASURES: 400,
    SIZE: 400,
}  # pairs of one key beyond which it tells nothing
SLICE = 500_000  # pairs compared at a time
BEST = 6  # imported items kept for an exported one
HEADED = (DIGITS, WORD, MEASURE)  # kinds of keys that tell something within an HS heading only
SHARED = (CODE, CORE, DIGITS, WORD, MEASURE, MEASURES)  # kinds of keys a pair is told by
TELLING = 0.7  # worth of what tells too little to be compared: half of the firms have it
NEAR = 0.88  # Jaro-Winkler likeness of codes with slips in them
LEVELS: dict[str, tuple[str, ...]] = {  # of each part, best first; what they are called on screen
    "code": ("모델번호 같음", "모델번호 줄기 같음", "모델번호 비슷함", "모델번호 숫자 같음", "모델번호 다름", "모델번호 없음"),
    "words": ("품명 낱말 같음", "품명 낱말 대부분 같음", "품명 낱말 일부 같음", "품명 낱말 다름", "품명 없음"),
    "measures": ("치수·규격 같음", "치수·규격 일부 같음", "치수·규격 다름", "치수·규격 없음"),
    "said": ("모델·품명·치수가 뒷받침함", "모델번호가 다르거나 중량·가격만 비슷함"),
    "brand": ("상표 같음", "상표 다름", "상표 없음"),
    "hs": ("HS 10자리 같음", "HS 6자리 같음", "HS 4자리 같음", "HS 다름"),
    "size": ("개당 중량 3% 이내", "개당 중량 10% 이내", "개당 중량 30% 이내", "개당 중량 다름", "개당 중량 모름"),
    "stock": ("남은 수입량으로 모두 설명됨", "남은 수입량으로 절반 이상 설명됨", "남은 수입량이 절반에 못 미침", "수량을 셈할 수 없음"),
    "lag": ("수입 뒤 30일 이내", "수입 뒤 90일 이내", "수입 뒤 180일 이내", "수입 뒤 180일 넘음"),
    "price": ("수입가와 비슷함", "수입가보다 15~60% 높음", "수입가보다 크게 높음", "수입가보다 낮음", "가격을 견줄 수 없음"),
}  # fmt: skip
ORDERED = {
    "code": 5,
    "words": 4,
    "measures": 3,
    "said": 2,
    "brand": 2,
    "hs": 4,
    "size": 4,
    "stock": 3,
    "lag": 4,
    "price": 4,
}
"""How many levels of a part go from good to bad; what follows is unknown."""
STILL = ("code", "words", "measures", "said", "brand", "hs", "size")  # parts of two items, whatever their lines


class _Texts(NamedTuple):
    """Keys of the different texts: ``start[t]`` the first of text t; ``told`` the texts themselves as they are compared."""

    told: list[Worded | None]
    start: Array
    kind: Array
    key: Array
    code: Array  # which of its text's codes a key is, -1 for one that is none


class _Keyed(NamedTuple):
    """The keys of a side's items. ``worth``: how much one tells, -log of the share of firms (for words and measures: of those
    that trade under its heading) that have it; ``total[kind]``: of all keys of an item; ``main``: an item's most telling code.
    """

    item: Array
    kind: Array
    key: Array
    heading: Array
    worth: Array
    total: dict[int, Array]
    main: list[str]
    own: Array  # whether its main code is of few firms


@dataclass(frozen=True)
class Links:
    """``items``: imported, exported (numbers of items) with the level of each part of STILL and ``weight``, their log-odds.

    ``rows``: one an export line and imported lot it draws on: ``exported``, ``imported`` (rows of the ledger), ``share`` (of
    the export line drawn from this lot), ``covered`` (of the line, from all lots of these goods), ``uplift`` (price over the
    imported, 0.1 for a tenth), ``lag`` (days), the levels of all parts, and ``strength``, 0..1.
    """

    items: pd.DataFrame
    rows: pd.DataFrame
    item_of: Mapping[str, Array]  # by side, -1 for lines that are not compared


def link(ledger: Ledger, limits: Limits) -> Links:
    """Every link worth telling, weak ones among them."""
    items, item_of = compare(ledger)
    return Links(items, _draw(ledger, items, item_of, limits), item_of)


def compare(ledger: Ledger, least: float | None = None, best: int = BEST) -> tuple[pd.DataFrame, dict[str, Array]]:
    """Pairs of items with the level of each part of STILL and ``weight``, and the item of each line.

    ``least``: log-odds from which a pair is kept (of ``weights`` if not given); ``best``: as many of an exported item.
    """
    buyers, sellers = (np.unique(ledger.side(name).rows["firm"]) for name in ("imports", "exports"))
    seen = pd.concat([ledger.ties[["firm", "other"]], pd.DataFrame({"firm": sellers, "other": sellers})])
    seen = seen[seen["firm"].isin(sellers) & seen["other"].isin(buyers)]  # whose imports an exporter may have had
    sides, item_of = [], {}
    for name, column in (("imports", "other"), ("exports", "firm")):
        rows = ledger.side(name).rows
        used = rows["firm"].isin(seen[column])
        if name == "imports":
            used &= rows["origin"] != ledger.place("KR")
        items, item_of[name] = _items(rows, used.to_numpy())
        sides.append(items)
    texts = _texts(ledger, sides)
    pairs = _compare(sides[0], sides[1], _keyed(sides, texts), texts, seen)
    pairs = pairs[pairs["weight"] >= (weights()["bias"]["least"] if least is None else least)]
    pairs = pairs.sort_values(["exported", "weight", "imported"], ascending=[True, False, True])
    return pairs.groupby("exported").head(best).reset_index(drop=True), item_of


# items


def _items(rows: pd.DataFrame, used: Array) -> tuple[pd.DataFrame, Array]:
    """Lines of one firm, HS and text as one item: firm, hs6, hs10, text, brand, each (kg a piece)."""
    kept = rows[used]
    each = (kept["kg"] / kept["quantity"]).where(kept["unit"] == PIECE)
    told = kept.assign(each=each).groupby(["firm", "hs6", "text"], sort=True)
    items = told.agg(hs10=("hs10", "max"), brand=("brand", "max"), each=("each", "median")).reset_index()
    item_of = np.full(len(rows), -1, np.int64)
    item_of[used] = told.ngroup().to_numpy()
    return items, item_of


def _texts(ledger: Ledger, items: Sequence[pd.DataFrame]) -> _Texts:
    used = np.unique(np.concatenate([side["text"].to_numpy() for side in items]))
    told: list[Worded | None] = [None] * len(ledger.words)
    counts = np.zeros(len(ledger.words) + 1, np.int64)
    kinds, hashed, codes = [], [], []
    for start in range(0, len(used), 100_000):
        some = used[start : start + 100_000]
        words: list[tuple[int, str]] = []
        places: list[int] = []
        for text, written in zip(some.tolist(), ledger.words.take(some).to_pylist(), strict=True):
            told[text] = one = worded(written)
            found = dict.fromkeys(keys(one))
            counts[text + 1] = len(found)
            words += found
            known = {(CODE, code): at for at, code in enumerate(one.codes)}
            places += [known.get(key, -1) for key in found]
        kinds.append(np.fromiter((kind for kind, _ in words), np.int8, len(words)))
        hashed.append(hash_array(np.array([f"{kind}{word}" for kind, word in words], dtype=object)))
        codes.append(np.array(places, np.int16))
    kind, key, code = (np.concatenate(parts) if parts else np.empty(0, np.int64) for parts in (kinds, hashed, codes))
    return _Texts(told, np.cumsum(counts), kind, key, code)


# pairs worth comparing


def _keyed(sides: Sequence[pd.DataFrame], texts: _Texts) -> list[_Keyed]:
    exploded = []
    for items in sides:
        text = items["text"].to_numpy()
        counts = texts.start[text + 1] - texts.start[text]
        item = np.repeat(np.arange(len(items)), counts)
        at = np.arange(len(item)) - np.repeat(np.cumsum(counts) - counts, counts) + texts.start[text][item]
        kind = texts.kind[at]
        heading = np.where(np.isin(kind, HEADED), items["hs6"].to_numpy()[item] // 100, 0)
        exploded.append((item, at, kind, heading, _mixed(texts.key[at], heading)))
    firms = [items["firm"].to_numpy()[one[0]] for items, one in zip(sides, exploded, strict=True)]
    worth = _worth(*(np.concatenate(parts) for parts in ([e[4] for e in exploded], [e[3] for e in exploded], firms)))
    count = len(np.unique(np.concatenate(firms))) if len(worth) else 1
    under = np.concatenate([items["hs6"].to_numpy()[one[0]] // 100 for items, one in zip(sides, exploded, strict=True)])
    rare = _rare(worth, np.concatenate(firms), under, np.concatenate([one[2] for one in exploded]), count)
    told = []
    for items, (item, at, kind, heading, key), each, few in zip(
        sides, exploded, *(np.split(values, [len(exploded[0][0])]) for values in (worth, rare)), strict=True
    ):
        total = {k: np.bincount(item[kind == k], each[kind == k], len(items)) for k in (CODE, WORD, MEASURE)}
        codes = np.flatnonzero(texts.code[at] >= 0)
        best = codes[np.lexsort((texts.code[at][codes], -each[codes], item[codes]))]
        first = best[np.unique(item[best], return_index=True)[1]]
        main = [""] * len(items)
        text = items["text"].to_numpy()
        for one, place in zip(item[first].tolist(), texts.code[at][first].tolist(), strict=True):
            main[one] = texts.told[text[one]].codes[place]
        own = np.zeros(len(items), bool)
        own[item[first]] = few[first]
        each = np.where((kind == CORE) & ~few, 0.0, each)  # a stem that everybody writes is no likeness
        told.append(_Keyed(item, kind, key, heading, each, total, main, own))
    return told


def _worth(key: Array, heading: Array, firm: Array) -> Array:
    """-log of the share of firms that have a key, among those with the same heading (0 for all)."""
    _, place = np.unique(key, return_inverse=True)
    having = np.bincount(np.unique(place * np.int64(1 << 32) + firm) >> 32) if len(key) else np.empty(0, np.int64)
    _, under = np.unique(heading, return_inverse=True)
    trading = np.bincount(np.unique(under * np.int64(1 << 32) + firm) >> 32) if len(key) else np.empty(0, np.int64)
    return np.asarray(np.log((trading[under] + 1) / having[place]) if len(key) else np.empty(0))


def _rare(worth: Array, firm: Array, heading: Array, kind: Array, count: int) -> Array:
    """Whether at most three firms, or one in twenty of those that trade under the heading, write a code or its stem."""
    _, place = np.unique(heading, return_inverse=True)
    trading = np.bincount(np.unique(place * np.int64(1 << 32) + firm) >> 32)[place] if len(heading) else np.empty(0)
    having = (count + 1) / np.exp(worth)
    return np.asarray(np.isin(kind, (CODE, CORE)) & (having <= np.maximum(3, trading / 20) + 0.5))


def _mixed(key: Array, by: Any) -> Array:
    """A key that holds for one of ``by`` only."""
    with np.errstate(over="ignore"):
        return np.asarray(
            (key.astype(np.uint64) ^ np.asarray(by, np.int64).astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        )


def _candidates(
    imported: pd.DataFrame, exported: pd.DataFrame, keyed: Sequence[_Keyed], seen: pd.DataFrame
) -> pd.DataFrame:
    """Pairs of items that share a key: imported, exported, and the worth of shared keys by kind."""
    by_buyer = seen.rename(columns={"other": "buyer"}).set_index("buyer")["firm"]

    def for_sellers(rows: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
        """Keys of imported items once for every exporter that may have had them."""
        told = rows.assign(buyer=items["firm"].to_numpy()[rows["item"]]).join(by_buyer, on="buyer", how="inner")
        return told.assign(key=_mixed(told["key"].to_numpy(), told["firm"].to_numpy()))

    def own(rows: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
        return rows.assign(key=_mixed(rows["key"].to_numpy(), items["firm"].to_numpy()[rows["item"]]))

    found = []
    for kind in SHARED:
        left, right = (
            pd.DataFrame({"item": of.item[kept], "key": of.key[kept], "worth": of.worth[kept]})
            for of in keyed
            for kept in [of.kind == kind]
        )
        found.append(_join(for_sellers(left, imported), own(right, exported), kind))
    left, right = (
        pd.concat([pd.DataFrame({"item": who, "key": _mixed(hs, step + by), "worth": 0.0}) for by in near])
        for items, near in ((imported, (-1, 0, 1)), (exported, (0,)))
        for who in [np.flatnonzero(items["each"].to_numpy() > 0)]
        for step in [np.floor(np.log(items["each"].to_numpy()[who]) / STEP).astype(np.int64)]
        for hs in [items["hs6"].to_numpy()[who]]
    )
    found.append(_join(for_sellers(left, imported), own(right, exported), SIZE))
    pairs = pd.concat(found, ignore_index=True)
    code = pairs["imported"].to_numpy(np.int64) * np.int64(max(len(exported), 1)) + pairs["exported"].to_numpy(np.int64)
    one, place = np.unique(code, return_inverse=True)
    told = {"imported": one // max(len(exported), 1), "exported": one % max(len(exported), 1)}
    for kind in SHARED:
        of_kind = (pairs["kind"] == kind).to_numpy()
        told[str(kind)] = np.bincount(place[of_kind], pairs["worth"].to_numpy(float)[of_kind], len(one))
    return pd.DataFrame(told)


def _join(left: pd.DataFrame, right: pd.DataFrame, kind: int) -> pd.DataFrame:
    """Every pair with the same key, but of keys that crowd."""
    left = left.sort_values("key", kind="stable", ignore_index=True)
    key = left["key"].to_numpy()
    low, high = (np.searchsorted(key, right["key"].to_numpy(), side) for side in ("left", "right"))
    count = high - low
    crowd = pd.Series(count).groupby(right["key"].to_numpy()).transform("sum").to_numpy()
    count = np.where(crowd > CROWD[kind], 0, count)
    place = np.repeat(np.arange(len(right)), count)
    at = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count) + low[place]
    return pd.DataFrame(
        {
            "imported": left["item"].to_numpy()[at],
            "exported": right["item"].to_numpy()[place],
            "worth": right["worth"].to_numpy()[place],
            "kind": np.int8(kind),
        }
    )


# how alike


def _compare(
    imported: pd.DataFrame, exported: pd.DataFrame, keyed: Sequence[_Keyed], texts: _Texts, seen: pd.DataFrame
) -> pd.DataFrame:
    """The level of each part of STILL, 0 for the best, and ``weight``."""
    pairs = _candidates(imported, exported, keyed, seen)
    parts = [
        _levels(imported, exported, pairs.iloc[at : at + SLICE], keyed, texts)
        for at in range(0, max(len(pairs), 1), SLICE)
    ]
    told = pd.concat(parts, ignore_index=True)
    return told.assign(weight=weigh(told, STILL))


def _levels(
    imported: pd.DataFrame, exported: pd.DataFrame, pairs: pd.DataFrame, keyed: Sequence[_Keyed], texts: _Texts
) -> pd.DataFrame:
    at = [pairs[name].to_numpy() for name in ("imported", "exported")]
    one, other = (side.iloc[place].reset_index(drop=True) for side, place in zip((imported, exported), at, strict=True))
    shared = {kind: pairs[str(kind)].to_numpy() for kind in SHARED}
    total = {
        kind: [of.total[kind][place] for of, place in zip(keyed, at, strict=True)] for kind in (CODE, WORD, MEASURE)
    }
    main = [[of.main[i] for i in place.tolist()] for of, place in zip(keyed, at, strict=True)]
    near = process.cpdist(main[0], main[1], scorer=JaroWinkler.similarity, workers=2)
    near = np.where(_next_number(main[0], main[1], near), 0.0, near)
    told = [[texts.told[text] for text in side["text"].tolist()] for side in (one, other)]
    texted = [[_words(text) for text in side] for side in told]
    spelt = process.cpdist(texted[0], texted[1], scorer=fuzz.ratio, workers=2) / 100
    coded, part = _shares(shared[CODE], total[CODE])
    both_own = keyed[0].own[at[0]] & keyed[1].own[at[1]]
    same = both_own & (np.array([a == b for a, b in zip(*main, strict=True)], bool) | (coded >= 0.6))
    worded_, few = _shares(shared[WORD], total[WORD])
    alike = np.maximum((worded_ + few) / 2, np.where(spelt >= 0.8, spelt, 0))
    mute = np.minimum(*total[WORD]) < TELLING
    unsized = np.minimum(*total[MEASURE]) <= 0
    sizes = _shares(shared[MEASURE], total[MEASURE])[1]
    sizes = np.where(_contrary(told[0], told[1], shared[MEASURE] > 0), 0.0, sizes)
    sizes = np.where(shared[MEASURES] > 0, 1.0, sizes)
    brand = one["brand"].to_numpy(), other["brand"].to_numpy()
    hs = one["hs10"].to_numpy(), other["hs10"].to_numpy(), one["hs6"].to_numpy(), other["hs6"].to_numpy()
    far = np.abs(np.log(one["each"].to_numpy() / other["each"].to_numpy()))
    made = pd.DataFrame(
        {
            "imported": at[0],
            "exported": at[1],
            "code": np.select([~both_own, same, shared[CORE] > 0, near >= NEAR, (shared[DIGITS] > 0) | (part >= 0.6)], [5, 0, 1, 2, 3], 4),
            "words": np.select([mute, alike >= 0.8, alike >= 0.5, alike >= 0.2], [4, 0, 1, 2], 3),
            "measures": np.select([unsized, sizes >= 0.8, sizes > 0], [3, 0, 1], 2),
            "brand": np.select([(brand[0] < 0) | (brand[1] < 0), brand[0] == brand[1]], [2, 0], 1),
            "hs": np.select([(hs[0] == hs[1]) & (hs[0] > 0), hs[2] == hs[3], hs[2] // 100 == hs[3] // 100], [0, 1, 2], 3),
            "size": np.select([np.isnan(far), far <= 0.03, far <= 0.1, far <= 0.3], [4, 0, 1, 2], 3),
        }
    )  # fmt: skip
    said = (made["measures"] == 0) | (made["words"] <= 1) & (made["measures"] != 2)
    return made.assign(said=np.select([made["code"] <= 3, made["code"] == 4, said], [0, 1, 0], 1))


def _next_number(ones: Sequence[str], others: Sequence[str], near: Array) -> Array:
    """Whether two codes differ in one digit alone: the next of a series (6204ZZ, 6205ZZ), not an altered one."""
    told = np.zeros(len(near), bool)
    for at in np.flatnonzero(near >= NEAR).tolist():
        a, b = ones[at], others[at]
        if len(a) == len(b):
            apart = [(x, y) for x, y in zip(a, b, strict=True) if x != y]
            told[at] = len(apart) == 1 and apart[0][0].isdigit() and apart[0][1].isdigit()
    return told


def _contrary(ones: Sequence[Worded | None], others: Sequence[Worded | None], where: Array) -> Array:
    """Whether two texts that share a measure name different ones of some shape: 3 inches both, but 150 and 600 pounds."""
    told = np.zeros(len(where), bool)
    for at in np.flatnonzero(where).tolist():
        one, other = ones[at], others[at]
        if one is None or other is None or one.measures == other.measures:
            continue
        a, b = shapes(one), shapes(other)
        told[at] = any(not a[shape] & b[shape] for shape in a.keys() & b.keys())
    return told


def _shares(shared: Array, total: Sequence[Array]) -> tuple[Array, Array]:
    """What is shared, of the side that tells more and of the one that tells less."""
    return tuple(shared / np.maximum(pick(*total), 1e-9) for pick in (np.maximum, np.minimum))  # type: ignore[return-value]


def _words(told: Worded | None) -> str:
    return told.text if told else ""


@cache
def weights() -> dict[str, dict[str, float]]:
    """Log-odds of each level of each part, fitted by ``training.fit_links``: ``data/origin_laundering/weights.json``."""
    told: dict[str, dict[str, float]] = json.loads((DATA / "origin_laundering" / "weights.json").read_text("utf-8"))
    return told


def weigh(levels: pd.DataFrame, parts: tuple[str, ...]) -> Array:
    """The log-odds of these parts together with where they start from."""
    told = weights()
    total = np.full(len(levels), told["bias"]["start"])
    for part in parts:
        table = np.array([told[part][level] for level in LEVELS[part]])
        total += table[levels[part].to_numpy(dtype=np.int64)]
    return total


# drawing on what was imported


def _draw(ledger: Ledger, items: pd.DataFrame, item_of: Mapping[str, Array], limits: Limits) -> pd.DataFrame:
    """Export lines in order of time, each from the lots of its likeliest goods, the oldest first."""
    window = int(limits["window_days"])
    imports, exports = ledger.imports.rows, ledger.exports.rows
    lots, lines = (_rows_by_item(item_of[name]) for name in ("imports", "exports"))
    left = np.ones(len(imports))
    measures = {name: _measures(side) for name, side in (("imports", ledger.imports), ("exports", ledger.exports))}
    quantity, kg, unit = measures["imports"]
    wanted, weighs, units = measures["exports"]
    sources: dict[int, list[int]] = {}
    for source, target in zip(items["imported"].tolist(), items["exported"].tolist(), strict=True):
        sources.setdefault(target, []).append(source)
    day = imports["day"].tolist()
    days = {source: [day[lot] for lot in lots[source]] for source in set(items["imported"].tolist())}
    order = np.array([line for target in sources for line in lines[target]], np.int64)
    order = order[np.argsort(exports["day"].to_numpy()[order], kind="stable")]
    out_day, item = exports["day"].tolist(), item_of["exports"].tolist()
    drawn: list[tuple[int, int, int, float]] = []
    used_up = dict.fromkeys(days, 0)  # lots before this one are empty or too old
    for line in order.tolist():
        today, open_ = out_day[line], 1.0
        for source in sources[item[line]]:
            low, high = (bisect_left(days[source], edge) for edge in (today - window, today + 1))
            if low == high:
                continue
            mine, first = lots[source], max(low, used_up[source])
            while first < high and left[mine[first]] <= 1e-9:
                first += 1
            used_up[source] = first
            counted = False
            for lot in mine[max(first - 1, low) : high]:
                rate = _rate(wanted[line], weighs[line], units[line], quantity[lot], kg[lot], unit[lot])
                if rate is None:
                    continue
                counted = True
                if left[lot] <= 1e-9:
                    continue
                take = min(open_, left[lot] / rate)
                left[lot] -= take * rate
                drawn.append((line, lot, source, take))
                open_ -= take
                if open_ <= 1e-9:
                    break
            if not counted:
                drawn.append((line, mine[high - 1], source, np.nan))
            elif open_ > 1 - 1e-9:
                drawn.append((line, mine[high - 1], source, 0.0))  # the goods are known, but all have left already
            if open_ <= 1e-9:
                break
    return _measured(ledger, pd.DataFrame(drawn, columns=["exported", "imported", "source", "share"]), items, item)


def _rows_by_item(item_of: Array) -> list[list[int]]:
    order = np.argsort(item_of, kind="stable")
    ends = np.searchsorted(item_of[order], np.arange(item_of.max(initial=-1) + 2))
    rows = order.tolist()
    return [rows[a:b] for a, b in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)]


def _measures(side: Side) -> tuple[list[float], list[float], list[int]]:
    rows = side.rows
    return rows["quantity"].fillna(0).tolist(), rows["kg"].fillna(0).tolist(), rows["unit"].tolist()


def _rate(wanted: float, weighs: float, unit: int, quantity: float, kg: float, lot_unit: int) -> float | None:
    """How much of a lot a whole export line takes: by quantity where both count alike, else by weight."""
    if unit == lot_unit and wanted > 0 and quantity > 0:
        return wanted / quantity
    return weighs / kg if weighs > 0 and kg > 0 else None


def _measured(ledger: Ledger, drawn: pd.DataFrame, items: pd.DataFrame, item: list[int]) -> pd.DataFrame:
    """Drawn rows with what they tell: covered, uplift, lag, levels and strength."""
    exports, imports = (
        side.rows.iloc[drawn[name]].reset_index(drop=True)
        for side, name in ((ledger.exports, "exported"), (ledger.imports, "imported"))
    )
    drawn = drawn.astype({"exported": "int64", "imported": "int64", "source": "int64", "share": "float64"})
    target = np.array(item, np.int64)[drawn["exported"].to_numpy()] if len(drawn) else np.empty(0, np.int64)
    told = drawn.assign(target=target).merge(
        items[["imported", "exported", *STILL]].rename(columns={"imported": "source", "exported": "target"}),
        on=["source", "target"], how="left",
    )  # fmt: skip
    covered = told.groupby(["exported", "source"])["share"].transform("sum", min_count=1)
    alike = (exports["unit"] == imports["unit"]) & exports["quantity"].notna() & imports["quantity"].notna()
    price = [side["won"] / side["quantity"].where(alike, side["kg"]) for side in (exports, imports)]
    uplift = price[0] / price[1] - 1
    lag = exports["day"] - imports["day"]
    told = told.assign(
        covered=covered,
        uplift=uplift,
        lag=lag,
        stock=np.select([covered.isna(), covered >= 0.95, covered >= 0.5], [3, 0, 1], 2),
        price=np.select([uplift.isna(), uplift < -0.15, uplift <= 0.15, uplift <= 0.6], [4, 3, 0, 1], 2),
    ).assign(lag_level=np.select([lag <= 30, lag <= 90, lag <= 180], [0, 1, 2], 3))
    levels = told.rename(columns={"lag": "days", "lag_level": "lag"})
    strength = 1 / (1 + np.exp(-weigh(levels, tuple(LEVELS))))
    return levels.assign(strength=strength)
