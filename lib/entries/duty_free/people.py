"""One person across changed passports: who was joined and why, who was kept apart and why.

Only identities known on the day are read. Two passports that were inside Korea at the same time belong to two people
(namesakes), however alike they look; that pair is told, never merged in silence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, cast

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

NEAR, NEAR_ALONE, LONG_ENOUGH = 88, 92, 8
"""Likeness (0-100) asked of names with a shared card or booking, and with only the nationality shared (long names)."""
SMALL, SLICE = 200, 500
"""A birth date and nationality of more people than ``SMALL`` is compared ``SLICE`` names at a time."""
_FORMS = ("plain", "tight")


@dataclass(frozen=True)
class People:
    """``passports``: passport, subject, title (masked), name, birth, nationality, first_on. ``joins``: subject,
    passport_a, passport_b, why. ``apart``: passport_a, passport_b, why, for look-alikes that were not joined.
    """

    passports: pd.DataFrame
    joins: pd.DataFrame
    apart: pd.DataFrame

    def of(self, subject: str) -> list[str]:
        """The passports of one person, earliest first."""
        return list(self.passports.loc[self.passports["subject"] == subject, "passport"])

    def identities(self) -> "pd.Series[str]":
        """By subject: the passports, unmasked and earliest first, joined by ", "."""
        owned = self.passports.set_index("subject")["passport"]
        several = owned.index.duplicated(keep=False)
        joined = owned[several].groupby(level=0, sort=False).agg(", ".join)
        return cast("pd.Series[str]", pd.concat([owned[~several], joined]))


def link(tables: Mapping[str, ir.Table], as_of: date) -> People:
    """The people behind the passports of ``purchases`` and ``movements`` seen until ``as_of``."""
    day = ibis.literal(as_of)
    sold, moved, booked = tables["purchases"], tables["movements"], tables["reservations"]
    sold = sold.mutate(on=sold.sold_at.date()).filter(lambda t: t.on <= day)
    moved = moved.filter(moved.entered_on.fill_null(moved.left_on) <= day)
    seen = sold.select("passport", "name", "birth", "nationality", "on").union(
        moved.filter(moved.name.notnull() & moved.birth.notnull()).select(
            "passport", "name", "birth", "nationality", on=lambda t: t.entered_on.fill_null(t.left_on)
        )
    )
    identities = seen.group_by("passport").agg(
        name=seen.name.min(), birth=seen.birth.min(), nationality=seen.nationality.min(), first_on=seen.on.min()
    )
    keys = (
        sold.filter(sold.card.notnull())
        .select("passport", key=ibis.literal("카드 ") + sold.card)
        .union(sold.filter(sold.pnr.notnull()).select("passport", key=ibis.literal("예약번호 ") + sold.pnr))
        .union(
            booked.filter((booked.issued_on <= day) & booked.pnr.notnull()).select(
                "passport", key=ibis.literal("예약번호 ") + booked.pnr
            )
        )
        .distinct()
        .join(identities.select("passport", "birth"), "passport")
    )
    both = keys.group_by("key", "birth").agg(passports=keys.count())
    keys = keys.join(both.filter(both.passports > 1), ["key", "birth"]).select("passport", "key")
    left = (moved.left_on <= day).ifelse(moved.left_on, ibis.null("date"))
    stays = moved.filter(moved.entered_on.notnull()).select(
        "passport", entered_on=moved.entered_on.cast("timestamp"), left_on=left.cast("timestamp")
    )
    return join(identities.to_pandas(), keys.to_pandas(), stays.to_pandas())


def join(identities: pd.DataFrame, keys: pd.DataFrame, stays: pd.DataFrame) -> People:
    """Join passports of the same birth date whose names are the same, or near with something else shared."""
    known = identities.sort_values(["first_on", "passport"], ignore_index=True)
    known["plain"] = _plain(known["name"])
    known["tight"] = known["name"].str.upper().str.replace(r"[^A-Z]", "", regex=True)
    pairs = _pairs(known, keys)
    pairs = pairs[pairs["why"] != ""].reset_index(drop=True)
    together = _together(known, pairs, stays)
    group = _groups(len(known), pairs[~together & pairs["exact"]])
    wide = _groups(len(known), pairs[~together])
    clash = pairs[together]
    for chosen in (wide, group):  # a group that would swallow two people falls back to the surer joins, then to none
        torn = chosen[clash["a"].to_numpy()][chosen[clash["a"].to_numpy()] == chosen[clash["b"].to_numpy()]]
        chosen[np.isin(chosen, torn)] = -1
    alone = np.arange(len(known)) + 2 * len(known)
    final = np.where(wide >= 0, wide, np.where(group >= 0, group + len(known), alone))
    known["subject"] = pd.Series(final).map(known.groupby(final)["passport"].first().map(_subject))
    known["title"] = masked_name(known["name"]) + " (" + masked_passport(known["passport"]) + ")"
    named = pairs.assign(
        passport_a=known["passport"].to_numpy()[pairs["a"]],
        passport_b=known["passport"].to_numpy()[pairs["b"]],
        subject=known["subject"].to_numpy()[pairs["a"]],
    )
    same = named["subject"].to_numpy() == known["subject"].to_numpy()[pairs["b"]]
    why = named["why"].where(~together, named["why"] + " 그러나 국내 체류기간이 겹쳐 다른 사람으로 봄(동명이인)")
    why = why.where(together | same, named["why"] + " 그러나 함께 묶일 여권의 체류기간이 겹쳐 합치지 않음")
    named["why"] = why
    return People(
        known[["passport", "subject", "title", "name", "birth", "nationality", "first_on"]],
        named.loc[same, ["subject", "passport_a", "passport_b", "why"]].reset_index(drop=True),
        named.loc[~same, ["passport_a", "passport_b", "why"]].reset_index(drop=True),
    )


def masked_passport(passports: "pd.Series[str]") -> "pd.Series[str]":
    return passports.str[:2] + "****" + passports.str[-2:]


def masked_name(names: "pd.Series[str]") -> "pd.Series[str]":
    return names.str[:2] + "***"


def _plain(names: "pd.Series[str]") -> "pd.Series[str]":
    """Capital letters of the name, its words in alphabetical order."""
    words = names.str.upper().str.replace(r"[^A-Z ]", "", regex=True).str.split()
    return words.map(sorted).str.join(" ")


def _subject(passport: str) -> str:
    return sha256(f"duty_free:{passport}".encode()).hexdigest()[:16]


def _pairs(known: pd.DataFrame, keys: pd.DataFrame) -> pd.DataFrame:
    """Pairs (a < b, positions in ``known``) of the same birth date, with why they would be one person ('' if not).

    Only names near enough are paired, within a nationality or a shared card or booking: a default birth date that
    thousands have costs time, not memory.
    """
    place = known[["birth", "plain", "tight", "nationality"]].assign(at=known.index)
    sharing = keys.drop_duplicates().merge(known[["passport", "birth"]].assign(at=known.index), on="passport")
    sharing = sharing.merge(sharing[["birth", "key", "at"]], on=["birth", "key"], suffixes=("_a", "_b"))
    sharing = sharing[sharing["at_a"] < sharing["at_b"]]
    sharing["kind"] = sharing["key"].str.split(" ").str[0]
    kinds = sharing.groupby(["at_a", "at_b"])["kind"].min()
    pairs = pd.concat([kinds.reset_index()[["at_a", "at_b"]], _near(place)], ignore_index=True)
    pairs = pairs.drop_duplicates().sort_values(["at_a", "at_b"], ignore_index=True)
    for side in ("a", "b"):
        named = place.iloc[pairs[f"at_{side}"]].drop(columns="at").reset_index(drop=True)
        pairs = pairs.join(named.add_suffix(f"_{side}"))
    likeness = np.maximum(*(_likeness(pairs[f"{form}_a"], pairs[f"{form}_b"]) for form in ("plain", "tight")))
    exact = likeness >= 100
    home = (pairs["nationality_a"] == pairs["nationality_b"]).to_numpy()
    shared = kinds.reindex(pd.MultiIndex.from_frame(pairs[["at_a", "at_b"]])).fillna("").astype("str")
    shared = shared.reset_index(drop=True)
    long = pairs["tight_a"].str.len().to_numpy() >= LONG_ENOUGH
    alike = (likeness >= NEAR) & (shared != "").to_numpy() | (likeness >= NEAR_ALONE) & home & long
    percent = pd.Series(np.round(likeness).astype(int).astype(str), dtype="str")
    why = pd.Series("", index=pairs.index, dtype="str")
    near = "생년월일이 같고 영문성명이 비슷함(" + percent + "%)"
    why = why.mask(alike, near + np.where(home, ", 국적 같음", ""))
    why = why.mask(exact & (home | (shared != "").to_numpy()), "생년월일과 영문성명이 같음")
    why = why.mask((why != "") & (shared != ""), why + ", " + shared + " 함께 사용")
    return pd.DataFrame({"a": pairs["at_a"], "b": pairs["at_b"], "exact": exact, "why": why})


def _near(place: pd.DataFrame) -> pd.DataFrame:
    """``at_a`` < ``at_b`` of the same birth date and nationality whose names, in either form, are near or the same."""
    block = place.groupby(["birth", "nationality"], dropna=False)["at"].transform("size")
    small = place[(block > 1) & (block <= SMALL)]
    pairs = small.merge(small, on=["birth", "nationality"], suffixes=("_a", "_b"))
    pairs = pairs[pairs["at_a"] < pairs["at_b"]]
    found = [pairs.loc[_likeness(pairs[f"{f}_a"], pairs[f"{f}_b"]) >= NEAR_ALONE, ["at_a", "at_b"]] for f in _FORMS]
    for _, many in place[block > SMALL].groupby(["birth", "nationality"], dropna=False):
        found += [_near_among(many[form], many["at"].to_numpy()) for form in _FORMS]
    return pd.concat(found, ignore_index=True).drop_duplicates()


def _near_among(names: "pd.Series[str]", at: "np.ndarray[Any, Any]") -> pd.DataFrame:
    """The near pairs of a large block, a slice of its names against all of them at a time."""
    code, distinct = pd.factorize(names)
    texts = list(distinct)
    left, right = [], []
    for start in range(0, len(texts), SLICE):
        part = texts[start : start + SLICE]
        like = process.cdist(part, texts, scorer=fuzz.ratio, score_cutoff=NEAR_ALONE, dtype=np.float32, workers=2)
        rows, columns = np.nonzero(like)
        left.append(rows + start)
        right.append(columns)
    near = pd.DataFrame({"code_a": np.concatenate(left), "code_b": np.concatenate(right)})
    held = pd.DataFrame({"code": code, "at": at})
    both = near.merge(held.add_suffix("_a"), on="code_a").merge(held.add_suffix("_b"), on="code_b")
    return both.loc[both["at_a"] < both["at_b"], ["at_a", "at_b"]]


def _likeness(left: "pd.Series[str]", right: "pd.Series[str]") -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    scores: Any = process.cpdist(list(left), list(right), scorer=fuzz.ratio, workers=2) if len(left) else []
    return np.asarray(scores, dtype=float)


def _together(
    known: pd.DataFrame, pairs: pd.DataFrame, stays: pd.DataFrame
) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Pairs whose passports were in Korea at once: one entered while the other was in, and that one left later.

    A stay without a recorded departure proves nothing: that is what a changed passport looks like.
    """
    involved = known["passport"].iloc[np.unique(pairs[["a", "b"]].to_numpy())]
    stays = stays[stays["passport"].isin(involved)]
    place = stays.merge(known[["passport"]].assign(at=known.index), on="passport")[["at", "entered_on", "left_on"]]
    place = place.assign(entered_on=pd.to_datetime(place["entered_on"]), left_on=pd.to_datetime(place["left_on"]))
    both = pairs[["a", "b"]].assign(pair=pairs.index)
    both = both.merge(place, left_on="a", right_on="at").merge(place, left_on="b", right_on="at", suffixes=("_a", "_b"))
    first = both["entered_on_a"] <= both["entered_on_b"]
    earlier_left = both["left_on_a"].where(first, both["left_on_b"])
    later_entered = both["entered_on_b"].where(first, both["entered_on_a"])
    return np.isin(pairs.index.to_numpy(), both.loc[later_entered < earlier_left, "pair"].to_numpy())


def _groups(size: int, pairs: pd.DataFrame) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """The connected group of each passport."""
    links = coo_array((np.ones(len(pairs)), (pairs["a"], pairs["b"])), shape=(size, size))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)
