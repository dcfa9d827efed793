"""Who may do what: roles, the entries and acts each opens, and the officer who holds them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from lib.entries import ENTRIES


class Role(StrEnum):
    """As the login names them, in ``AX_ROLE_CLAIM``."""

    PRESENTER = "발표자"
    FIELD = "현장"
    INVESTIGATOR = "조사"
    AUDITOR = "감사"
    ADMIN = "관리자"


class May(StrEnum):
    """What can be done in an entry."""

    SEE = "보기"  # its page, with demo data
    WORK = "자료·사건 다루기"  # own files and photos, cases and what others decided
    DECIDE = "처분"
    APPROVE = "처분 승인"  # as the second of two
    SEND = "발송"
    EXPORT = "내려받기"
    UNMASK = "개인정보 열람"
    SET = "설정 변경"  # limits, training, lessons, imports of laws
    RECORDS = "기록 열람"  # the audit trail; of no one entry


EVERY = frozenset(entry.id for entry in ENTRIES)
FIELD_WORK = frozenset({"hazard_photo", "bonded_cargo", "address_reading", "pccc_theft"})
GRANTS: Mapping[Role, tuple[frozenset[str], frozenset[May]]] = {
    Role.PRESENTER: (EVERY, frozenset({May.SEE})),
    Role.FIELD: (FIELD_WORK, frozenset({May.SEE, May.WORK, May.DECIDE})),
    Role.INVESTIGATOR: (EVERY, frozenset(May) - {May.SET, May.RECORDS}),
    Role.AUDITOR: (frozenset({"audit"}), frozenset({May.SEE, May.WORK, May.DECIDE, May.EXPORT, May.SET})),
    Role.ADMIN: (EVERY, frozenset({May.SEE, May.WORK, May.EXPORT, May.SET, May.RECORDS})),
}


@dataclass(frozen=True)
class Officer:
    """Who is at the screen. ``roles``: each with the entries it is held for; ``local``: nobody has to log in here."""

    name: str
    office: str = ""
    roles: Mapping[Role, frozenset[str]] = field(default_factory=dict)
    local: bool = False

    def may(self, what: May, entry: str | None = None) -> bool:
        """Whether any role allows it: in this entry, or in any one where none is named."""
        return any(
            what in GRANTS[role][1] and (entry is None or entry in held & GRANTS[role][0])
            for role, held in self.roles.items()
        )

    def why_not(self, what: May, entry: str | None = None) -> str:
        """Korean: what is missing (in this entry), and whom to ask."""
        able = ", ".join(role.value for role in Role if what in GRANTS[role][1] and entry in GRANTS[role][0] | {None})
        held = ", ".join(role.value for role in self.roles) or "없음"
        return f"이 일을 할 권한이 없습니다(지금 역할: {held}, 필요한 역할: {able}). 역할이 필요하면 관리자에게 요청하십시오."


def everybody(name: str) -> Officer:
    """The one officer of a suite on this computer alone: may do everything."""
    return Officer(name, roles=dict.fromkeys(Role, EVERY), local=True)


def roles_of(claims: Mapping[str, Any], claim: str, names: Mapping[str, str]) -> dict[Role, frozenset[str]]:
    """The roles a login tells: in ``claim`` (a.b for one within another) a list, or words apart by blanks or commas. Each is a role, or one of
    ``names`` that stands for one; ``조사:fetch`` holds it for that entry alone. What is no role counts for nothing.
    """
    told: Any = claims
    for part in claim.split("."):
        told = told.get(part) if isinstance(told, Mapping) else None
    words = told.replace(",", " ").split() if isinstance(told, str) else told if isinstance(told, list) else []
    held: dict[Role, frozenset[str]] = {}
    for word in words:
        role, _, entry = str(names.get(str(word), word)).partition(":")
        if role in set(Role) and (not entry or entry in EVERY):
            held[Role(role)] = held.get(Role(role), frozenset()) | (frozenset({entry}) if entry else EVERY)
    return held


def named(claims: Mapping[str, Any]) -> str:
    """How an officer is written into records: 「김주무(kim01)」; the part in brackets is the login's own and tells namesakes apart."""
    known = [str(claims[key]).strip() for key in ("preferred_username", "email", "sub") if claims.get(key)]
    name = str(claims.get("name") or "").strip()
    id = known[0] if known else ""
    return (f"{name}({id})" if name and name != id else id)[:80]
