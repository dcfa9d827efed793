"""What came of the messages: replies by code, how soon a missed report was made up for, before the messages began and after."""

import re
from collections.abc import Collection
from datetime import date

import pandas as pd
import pyarrow as pa

from lib.entries.bonded_cargo import items
from lib.entries.bonded_cargo.messages import REPLIES

OTHER = "그 밖의 답"
BEFORE, AFTER = "안내 전", "안내 뒤"
_WORDS = (
    ("2", r"확인\s*(중|하|해)|알아\s*보|기다|예정"),
    ("3", r"담당.{0,3}(아닙|아니|아님|변경|바뀌|바뀜)|퇴사|이직|다른\s*사람"),
    ("1", r"완료|처리|신고\s*(함|했|하였)|끝|ㅇㅋ"),
)
_CODE = re.compile(r"^\s*([123])(?!\d)")


def meaning(text: str) -> str:
    """What a reply means: its code, else its words; ``OTHER`` for what cannot be told."""
    if found := _CODE.match(re.sub(r"^\s*[lIi|](?![a-zA-Z])", "1", text)):
        return REPLIES[found[1]]
    return next((REPLIES[code] for code, words in _WORDS if re.search(words, text)), OTHER)


def read(replies: pa.Table, warehouses: pd.DataFrame) -> pd.DataFrame:
    """Replies, newest first: ``shed``, ``name`` (of the warehouse whose number it is), ``received_at``, ``text``, ``meaning``."""
    known = warehouses.assign(number=warehouses["phone"].map(_digits)).drop_duplicates("number")
    told = replies.to_pandas().assign(
        number=lambda rows: rows["phone"].map(_digits), meaning=lambda rows: rows["text"].map(meaning)
    )
    told = told.merge(known[["number", "shed", "name"]], on="number", how="left")
    columns = ["shed", "name", "received_at", "text", "meaning"]
    return pd.DataFrame(told.sort_values("received_at", ascending=False)[columns]).reset_index(drop=True)


def cured(found: pd.DataFrame, began: date, told: Collection[str]) -> pd.DataFrame:
    """Items once missed: ``rule``, ``shed``, ``hours`` from the end of the due day to the report (NaN while open), ``when``: whether the
    messages had begun (``began``), and whether its warehouse takes messages (``told``).
    """
    missed = found[found["missed"] & found["out"].isna() & found["rule"].isin(["R1", "R2", "R5"])]
    due = pd.to_datetime(missed["due"])
    over = due + pd.Timedelta(days=1)
    return pd.DataFrame(
        {
            "rule": missed["rule"],
            "shed": missed["shed"],
            "due": due,
            "hours": (pd.to_datetime(missed["met"]) - over).dt.total_seconds() / 3600,
            "when": (due >= pd.Timestamp(began)).map({True: AFTER, False: BEFORE}),
            "told": missed["shed"].isin([*told]),
        }
    ).reset_index(drop=True)


def by_warehouse(found: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """One row a warehouse with an item: ``items``, ``missed`` (share of what was to be reported by now), ``hours`` (median to make up
    for it), ``open``, ``replies``."""
    due = found[found["rule"].isin(items.AHEAD) & found["out"].isna() & (found["missed"] | found["met"].notna())]
    by = due.groupby("shed").agg(items=("missed", "size"), missed=("missed", "mean"))
    late = cured(found, date.min, ())
    by = by.join(late.groupby("shed")["hours"].median(), how="left")
    by["open"] = found[found["state"] == items.OVERDUE].groupby("shed").size().reindex(by.index).fillna(0).astype(int)
    by["replies"] = told.groupby("shed").size().reindex(by.index).fillna(0).astype(int)
    return by.sort_values("missed", ascending=False).reset_index()


def _digits(phone: object) -> str:
    return re.sub(r"\D", "", str(phone)) if pd.notna(phone) else ""  # type: ignore[call-overload]
