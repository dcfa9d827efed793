"""What came of the messages: replies by code, how soon a missed report was made up for, before the messages began and after."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from datetime import date

import pandas as pd
import pyarrow as pa

from lib.casework import KST, Message, MessageState
from lib.entries.bonded_cargo import items
from lib.entries.bonded_cargo.messages import REPLIES

DONE, CHECKING, NOT_ME = REPLIES.values()
STOP, RESUMED, OTHER = "수신 거부", "수신 재개", "그 밖의 답"
SOON = pd.Timedelta(days=3)
CURED = ("R1", "R2", "R5")  # made good by a report
WENT = (MessageState.SENT, MessageState.DELIVERED)
BEFORE, AFTER = "안내 전", "안내 뒤"
_CODE = re.compile(r"^\s*([123])(?!\s*[\d,일시건개분월박차주팔])")
_VERB = r"(처리|신고|확인|반입|반출|진행|조치|접수|완료|연락|회신)"
_STOPPED = re.compile(
    r"수신\s*거부|그만\s*보내|(문자|안내|연락).{0,6}(그만|중단|차단|사절|하지\s*(마|말))|보내지\s*(마|말)"
)
_RESUMED = re.compile(r"(계속|다시)\s*보내|수신\s*(동의|재개)")
_NOT_MINE = re.compile(
    r"담당.{0,5}(아닙|아니|아님|아닌|안\s*합|변경|바뀌|바뀜|바꼈)|(담당자|사람).{0,4}(바뀌|바꼈|변경)|퇴사|이직|그만\s*(뒀|두었|둠)|안\s*다(녀|닙|님)|"
    r"다른\s*(사람|분)|잘못\s*보내|인수인계"
)
_NOT_YET = re.compile(
    rf"아직|미(처리|완료|신고|반입|반출)|못\s*(했|하|함|햇)|안\s*(됐|되|했|함|하였|왔|들어)|{_VERB}\s*(을|를)?\s*(하겠|할게|할께|할\s*(예정|것|거)|해\s*보겠|드리겠|드릴)|"
    r"예정|늦습|늦어질|기다|알아\s*보|(확인|처리|진행|조회)\s*중|확인해|도착\s*전|도착합"
)
_DONE = re.compile(
    r"완료|끝(났|냈|$|\s|[.!~])|마쳤|마침|(처리|신고|반입|반출|조치|접수|확인)\s*(을|를)?\s*(함|했|하였|햇|됐|되었|드렸|넣었|잡았|들어갔)|"
    r"(신고|반입|반출).{0,4}(넣었|잡았|들어갔)"
)


def meaning(text: str) -> str:
    """What a reply means: its code, else its words; ``OTHER`` for what cannot be told. What is promised or denied is not done."""
    plain = unicodedata.normalize("NFKC", text)
    if found := _CODE.match(re.sub(r"^\s*[lI|](?![a-zA-Z])", "1", plain)):
        return REPLIES[found[1]]
    told = ((_RESUMED, RESUMED), (_STOPPED, STOP), (_NOT_MINE, NOT_ME), (_NOT_YET, CHECKING), (_DONE, DONE))
    return next((meant for words, meant in told if words.search(plain)), OTHER)


def read(replies: pa.Table, warehouses: pd.DataFrame) -> pd.DataFrame:
    """Replies, newest first: ``shed``, ``name`` (of the first warehouse whose number it is), ``number``, ``received_at``, ``text``, ``meaning``."""
    known = warehouses.assign(number=warehouses["phone"].map(_digits)).drop_duplicates("number")
    told = replies.to_pandas().assign(
        number=lambda rows: rows["phone"].map(_digits), meaning=lambda rows: rows["text"].map(meaning)
    )
    told = told.merge(known[["number", "shed", "name"]], on="number", how="left")
    columns = ["shed", "name", "number", "received_at", "text", "meaning"]
    return pd.DataFrame(told.sort_values("received_at", ascending=False)[columns]).reset_index(drop=True)


def cured(found: pd.DataFrame, began: date, told: Collection[str]) -> pd.DataFrame:
    """Items once missed: ``rule``, ``shed``, ``hours`` from the end of the due day to the report (NaN while open), ``when``: whether the
    messages had begun (``began``), and whether its warehouse takes messages (``told``).
    """
    missed = found[found["missed"] & found["out"].isna() & found["rule"].isin(CURED)]
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


def silenced(replies: pd.DataFrame, warehouses: pd.DataFrame) -> dict[str, str]:
    """Warehouses whose number's last clear answer was that it is not to be texted: ``NOT_ME`` or ``STOP``.

    A number put right in the warehouses' table no longer matches the reply, and is texted again.
    """
    clear = replies[replies["meaning"] != OTHER]
    last = clear.sort_values("received_at", ascending=False).drop_duplicates("number")
    quiet = dict(zip(last["number"], last["meaning"], strict=True))
    numbers = zip(warehouses["shed"], warehouses["phone"].map(_digits), strict=True)
    return {shed: quiet[number] for shed, number in numbers if quiet.get(number) in (NOT_ME, STOP)}


def history(sent: pa.Table, messages: Iterable[Message]) -> pd.DataFrame:
    """What warehouses were told and when: of the office's own log (``sent``) and of our outbox. ``shed``, ``cargo``, ``sent_at``."""
    logged = sent.select(["shed", "cargo_no", "sent_at"]).to_pandas().rename(columns={"cargo_no": "cargo"})
    logged["cargo"] = logged["cargo"].str.replace("-", "")
    ours = [
        (message.key.rpartition(":")[2], item.partition("|")[0], message.sent_at.astimezone(KST).replace(tzinfo=None))
        for message in messages
        if message.state in WENT and message.sent_at
        for item in message.items
    ]
    told = pd.concat([logged, pd.DataFrame(ours, columns=["shed", "cargo", "sent_at"])])
    told = told.astype({"shed": "str", "cargo": "str", "sent_at": "datetime64[us]"})
    return pd.DataFrame(told.sort_values(["sent_at", "shed"])).reset_index(drop=True)


def responses(found: pd.DataFrame, told: pd.DataFrame, replies: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """One row a warehouse that was sent messages: ``messages`` (days it was sent one), ``replied`` (share answered within ``SOON``), ``told``
    (consignments it was told of when something was still to be reported), ``reported`` (share reported within ``SOON``), ``hours_told`` (median
    from the first message to the report). Only messages at least ``SOON`` old count, so that each had its time.
    """
    told = told[told["sent_at"] <= pd.Timestamp(as_of) - SOON]
    days = told.drop_duplicates(["shed", "sent_at"])[["shed", "sent_at"]].sort_values("sent_at")
    came = replies.dropna(subset=["shed"])[["shed", "received_at"]].astype(
        {"shed": "str", "received_at": "datetime64[us]"}
    )
    came = came.sort_values("received_at")
    answered = pd.merge_asof(
        days, came, left_on="sent_at", right_on="received_at", by="shed", direction="forward", tolerance=SOON
    )
    by = answered.groupby("shed").agg(
        messages=("sent_at", "size"), replied=("received_at", lambda at: float(at.notna().mean()))
    )
    first = told.groupby(["shed", "cargo"], as_index=False)["sent_at"].min()
    met = found[found["rule"].isin(CURED) & found["out"].isna()].assign(
        met=lambda rows: rows["met"].astype("datetime64[us]")
    )
    pairs = first.merge(met[["shed", "cargo", "met"]], on=["shed", "cargo"])
    pairs = pairs[pairs["met"].isna() | (pairs["met"] > pairs["sent_at"])]
    pairs["took"] = pairs["met"] - pairs["sent_at"]
    cures = pairs.groupby("shed").agg(
        told=("cargo", "size"), reported=("took", lambda took: float((took <= SOON).mean())),
        hours_told=("took", lambda took: took.dt.total_seconds().median() / 3600),
    )  # fmt: skip
    joined = by.join(cures, how="left").fillna({"told": 0})
    return pd.DataFrame(joined.sort_values("messages", ascending=False)).reset_index()


def by_warehouse(found: pd.DataFrame) -> pd.DataFrame:
    """One row a warehouse with an item: ``items``, ``missed`` (share of what was to be reported by now), ``open``."""
    due = found[found["rule"].isin(items.AHEAD) & found["out"].isna() & (found["missed"] | found["met"].notna())]
    by = due.groupby("shed").agg(items=("missed", "size"), missed=("missed", "mean"))
    by["open"] = found[found["state"] == items.OVERDUE].groupby("shed").size().reindex(by.index).fillna(0).astype(int)
    return by.sort_values("missed", ascending=False).reset_index()


def _digits(phone: object) -> str:
    return re.sub(r"\D", "", str(phone)) if pd.notna(phone) else ""  # type: ignore[call-overload]
