"""The one call with which every page begins: who is there, and what they may do, asked of the login server at every run."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

import streamlit as st
from streamlit.auth_util import get_secrets_auth_section

from lib import oidc
from lib.access import May, Officer, everybody, named, roles_of
from lib.casework import Act, CaseworkError
from lib.entries import Entry, entry
from lib.settings import settings
from lib.ui import cache, server
from lib.ui.words import plain

__all__ = ["May", "Officer", "allowed", "barred", "enter", "entry_id", "inside", "officer", "on_record", "recheck"]

_OFFICER, _ENTRY, _TOLD, _ASKED = "guard_officer", "guard_entry", "guard_told", "guard_asked"
_left: set[str] = set()  # logins that were ended here: other tabs still hold them


@dataclass(frozen=True)
class Login:
    """What the browser proved when it logged in. ``metadata_url``: of the server that vouched for it."""

    metadata_url: str
    subject: str
    token: str = field(repr=False)
    claims: dict[str, Any] = field(repr=False)

    @property
    def mark(self) -> str:
        """What tells this login from others, and nothing else."""
        return hashlib.sha256(f"{self.subject} {self.token}".encode()).hexdigest()

    def officer(self) -> Officer:
        """Who that is and may do what, as of now. Raises ``LoginOver``, ``LoginUnsure``."""
        if self.mark in _left:
            raise oidc.LoginOver
        told = oidc.claims(self.metadata_url, self.token, self.subject)
        claims = self.claims if told is None else {**self.claims, **told}
        outermost = settings().role_claim.partition(".")[0]
        if told is not None and outermost not in told:
            claims.pop(outermost, None)  # taken away, not merely unsaid
        return Officer(named(claims), roles=roles_of(claims, settings().role_claim, settings().role_names))


def enter(entry_id: str) -> tuple[Officer, Entry]:
    """Let the officer in, or stop the page. In local mode everybody is the officer the settings name.

    Pages call this before anything else: a deep link can run a page without Home.py, so a check there would leak.
    """
    found, there = entry(entry_id), _who()
    if not found.built:
        st.info("아직 준비 중인 업무입니다.")
        st.stop()
    _admit(there, May.SEE, entry_id)
    there = replace(there, office=settings().customs_office or found.customs)
    st.session_state[_OFFICER], st.session_state[_ENTRY] = there, entry_id
    return there, found


def hall() -> Officer:
    """Let anybody in who has logged in: the front hall."""
    there = _who()
    st.session_state[_OFFICER], st.session_state[_ENTRY] = there, ""
    return there


def records() -> Officer:
    """Let those in who keep the records."""
    there = _who()
    _admit(there, May.RECORDS, None)
    st.session_state[_OFFICER], st.session_state[_ENTRY] = there, ""
    return there


def officer() -> Officer:
    """Who this run's page let in."""
    there: Officer = st.session_state[_OFFICER]
    return there


def entry_id() -> str:
    """Of the page this run shows; "" for one of no entry."""
    return str(st.session_state.get(_ENTRY, ""))


def allowed(what: May, entry_id: str) -> bool:
    """Whether this run's officer may do it here."""
    return officer().may(what, entry_id or None)


def barred(what: May) -> bool:
    """Whether this run's officer may not do it here; then it says so."""
    if allowed(what, entry_id()):
        return False
    st.info(officer().why_not(what, entry_id() or None), icon="🔒")
    return True


def recheck() -> Callable[[], Officer]:
    """A way to ask again who this is, for what happens after the run: a download pressed later."""
    there, login = officer(), _login()
    return lambda: replace(login.officer(), office=there.office) if login else there


def on_record(act: Act, by: Officer, **told: Any) -> None:
    """Into the audit trail. Raises ``CaseworkError`` where that cannot be: then the act must not be done."""
    cache.trail().record(act, by=by.name, roles=[role.value for role in by.roles], **told)


def inside() -> Officer | None:
    """Who is there, without stopping anything: what the menu may show."""
    if server.exposed():
        return None
    try:
        login = _login()
        if login is None:
            return None if _required() else everybody(settings().officer)
        there = login.officer()
        st.session_state[_ASKED] = (time.monotonic(), login.mark, there)
        return there
    except (oidc.LoginOver, oidc.LoginUnsure):
        return None


def badge(there: Officer) -> None:
    """Who is logged in, and the way out."""
    st.caption(f"👤 {plain(there.name)} · {', '.join(role.value for role in there.roles) or '역할 없음'}")
    st.button("로그아웃", on_click=leave, key="guard_out", width="stretch")


def leave() -> None:
    """Log out, in all tabs of this browser."""
    if login := _login():
        _left.add(login.mark)
        there = st.session_state.get(_OFFICER)
        if there:
            on_record(Act.LOGOUT, there)
    st.logout()


def _required() -> bool:
    return bool(get_secrets_auth_section())


def _login() -> Login | None:
    """The login of this browser; None where there is none."""
    if not _required() or not st.user.is_logged_in:
        return None
    claims: dict[str, Any] = {key: value for key, value in st.user.to_dict().items() if key != "tokens"}
    auth = get_secrets_auth_section()
    provider = str(claims.get("provider") or "default")
    section: Any = auth[provider] if provider in auth and provider != "default" else auth
    token = st.user.tokens.to_dict().get("access", "")
    return Login(str(section.get("server_metadata_url", "")), str(claims.get("sub", "")), token, claims)


def _who() -> Officer:
    """Who is there now; the page stops where that is nobody, or cannot be told."""
    if reason := server.exposed():
        st.error(reason, icon="🔒")
        st.stop()
    if not _required():
        return everybody(settings().officer)
    login = _login()
    if login is None:
        _door()
    at, mark, asked = st.session_state.pop(_ASKED, (0.0, "", None))  # by this very run, for the menu
    try:
        there = asked if asked and mark == login.mark and time.monotonic() - at < 2 else login.officer()
    except oidc.LoginOver:
        _door("로그인이 끝났거나 계정이 바뀌었습니다. 다시 로그인하십시오.")
    except oidc.LoginUnsure as unsure:
        st.error(str(unsure), icon="🔌")
        st.stop()
    told = (login.mark, tuple(sorted(role.value for role in there.roles)))
    if st.session_state.get(_TOLD) != told:
        st.session_state.clear()  # what somebody else, or another role, had open here
        _must_record(Act.LOGIN, there)
        st.session_state[_TOLD] = told
    return there


def _door(why: str = "") -> NoReturn:
    """The login screen and nothing else."""
    st.title("관세 AX 스위트")
    if why:
        st.warning(why, icon="🔑")
    st.write("소속 기관의 계정으로 로그인하십시오.")
    auth = get_secrets_auth_section()
    providers = [name for name, section in auth.items() if hasattr(section, "get") and "client_id" in section]
    for name in providers or [""]:
        st.button(
            f"로그인({name})" if name and len(providers) > 1 else "로그인",
            type="primary",
            icon="🔑",
            on_click=st.login,
            args=(name,) if name else (),
            key=f"guard_login_{name}",
        )
    st.stop()


def _admit(there: Officer, what: May, entry_id: str | None) -> None:
    if there.may(what, entry_id):
        return
    key = f"guard_refused_{entry_id}"
    if not st.session_state.get(key):
        st.session_state[key] = True
        _must_record(Act.REFUSED, there, entry=entry_id or "", about=what.value)
    st.error(there.why_not(what, entry_id), icon="🔒")
    st.button("로그아웃", on_click=leave, key="guard_leave")
    st.stop()


def _must_record(act: Act, there: Officer, **told: Any) -> None:
    try:
        on_record(act, there, **told)
    except CaseworkError as error:
        st.error(f"접속기록을 남길 수 없어 화면을 열지 않았습니다. {error}", icon="🔒")
        st.stop()
