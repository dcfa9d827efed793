"""Heavy work as an officer sees it: a short wait, then its place in the queue, how far it is, and a way out."""

from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import uuid4

import streamlit as st

from lib.jobs import NICE, Job, JobError, Queue, State

T = TypeVar("T")
TABLES = Queue(
    "tables",
    (
        "lib.screening.model",
        "lightgbm",
        *(
            f"lib.entries.{entry}.screen"
            for entry in "duty_free pccc_theft fetch address_reading origin_laundering bonded_cargo".split()
        ),
        "lib.entries.address_reading.screen:default_reader",
    ),
)
PHOTOS = Queue("photos", ("lib.entries.hazard_photo.screen:ready",))
TRAINING = Queue("training", idle=60, nice=NICE + 5)  # minutes long: a colleague's list does not wait behind it
PAPERS = Queue("papers", idle=60)  # files of many leads
PATIENCE = 1.5  # seconds a page waits before it shows the queue instead
EVERY = 1.0  # seconds between looks at the queue


@dataclass
class _Held:
    """What a session waits for in one place. ``shown``: as a queue; ``left``: the officer has cancelled it."""

    key: Hashable
    job: Job[Any]
    shown: bool = False
    left: bool = False


def awaited(slot: str, key: Hashable, ask: Callable[[str], Job[T]], doing: str = "계산하는 중입니다.") -> T | None:
    """What the work gives. ``None`` while it goes on, was cancelled or broke off, which is told here with what to do.

    ``slot``: the place in the session; other work for it (another ``key``) takes back the earlier. ``ask``: hands the work
    in for the owner it is given. Raises what the work itself raised.
    """
    try:
        held = hand_in(slot, key, ask)
    except JobError as full:
        st.warning(str(full), icon="🚦")
        return None
    if held.left:
        _again(slot, f"「{held.job.title}」을(를) 취소하였습니다.")
        return None
    if not _wait(held, doing):
        held.shown = True
        _queue(slot)
        return None
    if held.job.state is State.DONE:
        del _shelf()[slot]  # who asks again finds it in the queue's own keeping
    try:
        result: T = held.job.result()
        return result
    except JobError as error:
        _again(slot, f"{held.job.title}: {error}")
        return None


def hand_in(slot: str, key: Hashable, ask: Callable[[str], Job[Any]]) -> _Held:
    """Begin what ``awaited`` will show. Raises ``JobError`` when the queue is full."""
    shelf, owner = _shelf(), _owner()
    held = shelf.get(slot)
    if held is None or held.key != key:
        if held is not None:
            held.job.cancel(owner)
        held = shelf[slot] = _Held(key, ask(owner))
    return held


def unsettled(slot: str) -> bool:
    """Whether the work of this place has neither given nor failed: it goes on, was cancelled, or never began."""
    held = _shelf().get(slot)
    return held is None or held.left or not held.job.over


def forget_others(kind: str, slots: Collection[str]) -> None:
    """Take back what is not in these places of a kind (``<kind>_...``)."""
    for slot in [slot for slot in _shelf() if slot.startswith(f"{kind}_") and slot not in slots]:
        forget(slot)


def forget(slot: str) -> None:
    """Take back the work of this place, and what is told of it."""
    if held := _shelf().pop(slot, None):
        held.job.cancel(_owner())


def _wait(held: _Held, doing: str) -> bool:
    if held.job.over or held.shown:
        return held.job.over
    place = st.empty()
    with place.status(doing):
        over = held.job.wait(PATIENCE if st.context.headers else None)  # without a browser nothing would look again
    place.empty()
    return over


@st.fragment(run_every=EVERY)
def _queue(slot: str) -> None:
    held = _shelf().get(slot)
    if held is None or held.left or held.job.over:
        st.rerun()
    job = held.job
    share, words = job.progress
    with st.container(border=True):
        if job.state is State.WAITING:
            st.markdown(f"⏳ **{job.title}** · 대기 {job.ahead + 1}번째")
            st.caption(f"앞의 작업 {job.ahead}건이 끝나면 시작합니다. {job.elapsed:.0f}초 기다렸습니다.")
        else:
            st.markdown(f"⚙️ **{job.title}** · 실행 {job.elapsed:.0f}초")
            st.progress(min(max(share or 0.0, 0.0), 1.0), words or "계산하는 중입니다.")
        st.button("취소", icon="⏹️", key=f"{slot}_cancel", on_click=_leave, args=(slot,))


def _leave(slot: str) -> None:
    if held := _shelf().get(slot):
        held.left = True
        held.job.cancel(_owner())


def _again(slot: str, told: str) -> None:
    st.warning(told, icon="⏹️")
    st.button("다시 실행", icon="🔁", key=f"{slot}_again", on_click=forget, args=(slot,))


def _shelf() -> dict[str, _Held]:
    shelf: dict[str, _Held] = st.session_state.setdefault("jobs", {})
    return shelf


def _owner() -> str:
    owner: str = st.session_state.setdefault("jobs_owner", uuid4().hex)
    return owner
