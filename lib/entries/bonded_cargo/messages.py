"""What a warehouse is told: one message a warehouse and day, asking it to check its reports by itself (자율점검).

Bytes are counted as the gateways count them: EUC-KR (KS X 1001), one for ASCII and two for anything else; an SMS holds
90, an LMS 2,000 and 40 in its subject. Characters outside KS X 1001 are refused by the gateways, or arrive broken.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

SMS, LMS, SUBJECT = 90, 2000, 40
WEEKDAYS = "월화수목금토일"
REPLIES: Mapping[str, str] = {"1": "처리완료", "2": "확인중", "3": "담당 아님"}
UNKNOWN = "□"

_PLAIN = str.maketrans(
    dict.fromkeys("‘’‚‛′`´", "'")
    | dict.fromkeys("“”„‟″«»", '"')
    | dict.fromkeys("‐‑‒–—―−﹣", "-")
    | dict.fromkeys("〜～∼˜", "~")
    | dict.fromkeys("➔➜➝➞➡⟶⇢►▸", "→")
    | dict.fromkeys("⬅⟵⇠", "←")
    | dict.fromkeys("•‧∙⋅・･◦", "·")
    | dict.fromkeys("✓✔☑", "O")
    | {"₩": "￦", "€": "EUR", "\t": " ", "\u3000": " ", "\r": "\n", "\v": "\n", "\f": "\n", "\u2028": "\n", "\u2029": "\n"}
    | {chr(full): chr(full - 0xFEE0) for full in range(0xFF01, 0xFF5F)}
)  # fmt: skip

# What a rule asks a warehouse to look at: before the due day, and after it.
_ASKED = {
    "R1": ("보세운송 도착 반입신고 기한", "보세운송 도착 반입신고 확인"),
    "R2": ("반출신고 확인", "반출신고 확인"),
    "R3": ("반입신고 확인", "반입신고 확인"),
    "R5": ("수입신고수리물품 반출기한", "수입신고수리물품 반출 확인"),
    "R6": ("반출·반입 포장개수 확인", "반출·반입 포장개수 확인"),
    "R7": ("반출·반입 일시 확인", "반출·반입 일시 확인"),
}
# The same in few bytes.
_ASKED_SHORT = {
    "R1": ("반입신고 기한", "반입신고 확인"),
    "R5": ("반출 기한", "반출 확인"),
    "R6": ("포장개수 확인", "포장개수 확인"),
    "R7": ("반출입일시 확인", "반출입일시 확인"),
}
_DUE = ("R1", "R5")


@dataclass(frozen=True)
class Notice:
    """One item a warehouse is told of. ``item``: its key; ``due_on``: its due day, if the rule knows one; ``reference``:
    declaration number or the like, not shown. R4 is a criminal review (관세법 제213조 제2항): it is never told.
    """

    item: str
    rule: str
    stage: Literal["D-3", "D-1", "overdue"]
    cargo_no: str
    hbl: str | None
    due_on: date | None
    shed: str
    reference: str | None = None

    def __post_init__(self) -> None:
        if self.rule not in _ASKED:
            raise ValueError(f"{self.item}: {self.rule} is never told to a warehouse")
        if self.stage not in ("D-3", "D-1", "overdue") or (self.stage != "overdue" and self.due_on is None):
            raise ValueError(f"{self.item}: {self.stage!r} without a due day, or unknown")

    @property
    def shown(self) -> str:
        """The B/L, else the cargo number, partly hidden."""
        return masked(self.hbl or self.cargo_no)


class Written(NamedTuple):
    """A message ready for the outbox; an SMS has no subject. ``told``: keys of the items it names (the rest are only counted)."""

    subject: str
    body: str
    kind: Literal["SMS", "LMS"]
    told: tuple[str, ...] = ()

    @property
    def bytes(self) -> int:
        return size(self.body)


def size(text: str) -> int:
    """Bytes as the gateways count them; of a fitting text also its length in EUC-KR."""
    return sum(1 if character < "\x80" else 2 for character in text)


def fits(character: str) -> bool:
    """Whether KS X 1001 has the character (Python's codec would also spell a missing syllable in eight bytes)."""
    if character < "\x80":
        return character == "\n" or character.isprintable()
    try:
        return len(character.encode("euc_kr")) == 2
    except UnicodeEncodeError:
        return False


def fitting(text: str) -> str:
    """The text in characters that gateways take.

    Composed first (NFC). Typographic signs become plain ones, accented letters lose their accents, emoji and invisible
    characters go. A syllable outside KS X 1001 is spelled out, its final consonant beside it (펲 → 페ㅍ, 똠 → 또ㅁ), so
    that a name stays readable and is not mistaken for another; what cannot be told at all, like a rare Hanja, is □.
    """
    plain = unicodedata.normalize("NFC", text).replace("\r\n", "\n").translate(_PLAIN)
    return "".join(character if fits(character) else _told(character) for character in plain)


@lru_cache(4096)
def _told(character: str) -> str:
    if 0 <= (place := ord(character) - 0xAC00) < 11172:
        bare, final = chr(0xAC00 + place // 28 * 28), place % 28
        letter = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"[final]
        return bare + letter if final and fits(bare) else UNKNOWN
    category = unicodedata.category(character)
    if category.startswith("Z"):
        return " "
    if category.startswith(("C", "M")) and category != "Co":
        return ""
    same = unicodedata.normalize("NFKD", character)
    bare = "".join(c for c in same.translate(_PLAIN) if not unicodedata.category(c).startswith(("M", "C")))
    if same != character and bare and all(map(fits, bare)):
        return bare
    return UNKNOWN if category.startswith(("L", "N")) else ""


def masked(number: str) -> str:
    """``HB00012345`` → ``HB0****345``: four characters before the end hidden, of a short number its middle. The end stays,
    since it is what tells consecutive numbers apart.
    """
    hidden = min(4, (len(number) + 1) // 2)
    end = min(4, (len(number) - hidden) // 2)
    return number[: len(number) - hidden - end] + "*" * hidden + number[len(number) - end :]


def write(
    warehouse: str,
    notices: Sequence[Notice],
    day: date,
    office: str,
    replies: Mapping[str, str] = REPLIES,
    phone: str = "",
) -> Written:
    """The one message of a warehouse on a day: what can still be met first, the soonest due first, as many as fit, the others
    counted (외 n건).

    Args:
        warehouse: its name.
        notices: at least one.
        day: the day it is sent on.
        office: the customs office that sends it.
        replies: what a reply code means.
        phone: whom to ask, "" to leave it out.

    Returns:
        An SMS of at most 90 bytes where one notice fits it, else an LMS of at most 2,000. Every character fits.
    """
    if not notices:
        raise ValueError("a message without a notice")
    office, warehouse = _cut(_line(office), 60), _cut(_line(warehouse), 200)
    ordered = sorted(notices, key=lambda n: (n.stage == "overdue", n.due_on or day, n.shown, n.rule))
    codes = {_line(code): _line(meaning) for code, meaning in replies.items()}
    if len(ordered) == 1 and (short := _short(warehouse, ordered[0], day, office, codes)):
        return Written("", short, "SMS", (ordered[0].item,))
    subject = f"[{office}] 보세화물 자율점검 안내"
    head = (
        f"[{office}] 보세화물 자율점검 안내\n\n{warehouse} 담당자님, 안녕하십니까. {office}입니다.\n"
        f"{_on(day)} 아침 기준으로 아래 {len(ordered)}건의 신고 내역을 스스로 점검하여 주시기 바랍니다.\n\n"
    )
    foot = (
        "\n\n이미 신고하셨거나 기한연장·정정을 신청하셨다면 따로 하실 일은 없습니다.\n"
        f"처리 상황을 번호로 회신하여 주시면 업무에 참고하겠습니다.\n{', '.join(f'{c} {m}' for c, m in codes.items())}"
        + (f"\n문의: {_cut(_line(phone), 40)}" if phone else "")
    )
    room = LMS - size(head) - size(foot)
    lines = [f"{number}. {_item(notice, day)}" for number, notice in enumerate(ordered, 1)]
    shown = len(lines)
    while size(listed := _listed(lines, shown)) > room and shown > 1:
        shown -= 1
    return Written(
        subject if size(subject) <= SUBJECT else "보세화물 자율점검 안내", _cut(head + listed + foot, LMS), "LMS",
        tuple(notice.item for notice in ordered[:shown]),
    )  # fmt: skip


def _listed(lines: Sequence[str], shown: int) -> str:
    rest = [f"외 {len(lines) - shown}건"] if shown < len(lines) else []
    return "\n".join([*lines[:shown], *rest])


def _item(notice: Notice, day: date) -> str:
    before, after = _ASKED[notice.rule]
    number = _cut(_line(notice.shown), 80)
    if notice.stage != "overdue" and notice.due_on:
        return f"{number} {before} {_on(notice.due_on)}{_left(notice.due_on, day)}"
    return f"{number} {after}{_since(notice)}"


def _since(notice: Notice) -> str:
    return f"(기한 {_on(notice.due_on)} 지남)" if notice.due_on and notice.rule in _DUE else ""


def _short(warehouse: str, notice: Notice, day: date, office: str, codes: Mapping[str, str]) -> str | None:
    """In 90 bytes, with the warehouse's name if there is room."""
    before, after = _ASKED_SHORT.get(notice.rule, _ASKED[notice.rule])
    number = _line(notice.shown)
    answers = " ".join(f"{code}{meaning.replace(' ', '')}" for code, meaning in codes.items())
    dues = [after]
    if notice.stage != "overdue" and notice.due_on:
        dues = [f"{before} {_on(notice.due_on)}"]
    elif notice.due_on and notice.rule in _DUE:
        dues = [f"{notice.due_on.month}/{notice.due_on.day}기한 {after}", after]
    forms = (
        f"[{office} 자율점검]{name}{number} {due}. 회신:{answers}" for due in dues for name in (f"{warehouse} ", "")
    )
    return next((form for form in forms if size(form) <= SMS), None)


def _on(day: date) -> str:
    return f"{day.month}/{day.day}({WEEKDAYS[day.weekday()]})"


def _left(due: date, day: date) -> str:
    days = (due - day).days
    return f", {days}일 전" if days > 0 else ", 오늘" if days == 0 else ""


def _line(text: str) -> str:
    """On one line, in characters that fit."""
    return " ".join(fitting(text).split())


def _cut(text: str, most: int) -> str:
    """At most so many bytes, never within a character."""
    if size(text) <= most:
        return text
    kept, room = [], most - 2
    for character in text:
        room -= size(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"
