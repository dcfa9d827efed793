"""One photo's verdict on screen: the verdict first and large, then where it was read, why, and how long it took."""

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from lib.casework import Case, CaseworkError, Outcome, keep_photo, photo_path
from lib.entries.hazard_photo import screen
from lib.entries.hazard_photo.catalogue import Effect
from lib.entries.hazard_photo.match import Box
from lib.entries.hazard_photo.ocr import EngineMissing
from lib.entries.hazard_photo.photo import PhotoError, decode, thumbnail
from lib.entries.hazard_photo.screen import Judgement, Seconds
from lib.entries.hazard_photo.verdict import SELF_USE_BOTTLES, Ground, Verdict
from lib.jobs import Job, JobError
from lib.settings import MODELS, settings
from lib.ui import cache, export, guard, jobs
from lib.ui.guard import Officer
from lib.ui.words import plain

if TYPE_CHECKING:
    import plotly.graph_objects as go

Crops = dict[Box, bytes]
SETTLED = "hazard_settled"
KEEP = 200  # judged photos a session holds
LATE = (
    "판독 엔진이 {seconds:g}초 안에 답하지 않아 멈추었습니다. "
    "사진을 성분표가 화면에 가득 차게 다시 찍어 넣거나 「다시 실행」을 누르십시오."
)

LOOK = {  # background, icon
    Verdict.NARCOTIC: ("#7a0052", "⛔"),
    Verdict.BLOCK: ("#b3151b", "🚫"),
    Verdict.CHECK: ("#9a5b00", "🔎"),
    Verdict.UNREADABLE: ("#4a5563", "📵"),
    Verdict.CLEAR: ("#0b5d6b", "📄"),
}
METHODS = {
    "exact": "이름 일치",
    "alias": "이명 일치",
    "ocr": "글자 혼동 보정",
    "fuzzy": "철자 유사",
    "part": "낱말 속 포함",
}
BEFORE_SECONDS = 300  # the contest entry's "기존 5분"


def banner(judgement: Judgement) -> None:
    """The verdict, what it names and the next step, readable at arm's length."""
    verdict = judgement.verdict
    colour, icon = LOOK[verdict]
    names = [m.ingredient.name_ko for m in judgement.matches if m.effect.value == verdict.value]
    names += [product.name for product, _ in judgement.products]
    what = f"<div style='font-size:1.25rem;font-weight:600'>{escape(', '.join(names[:4]))}</div>" if names else ""
    st.html(
        f"<div role='status' style='background:{colour};color:#fff;border-radius:.8rem;padding:.9rem 1.1rem'>"
        f"<div style='font-size:2rem;font-weight:800;line-height:1.2'>{icon} {verdict.label}</div>{what}"
        f"<div style='margin-top:.35rem;font-size:1rem;word-break:keep-all'>{escape(verdict.next_step)}</div></div>"
    )


def timer(seconds: Seconds) -> None:
    """받기, 읽기, 판정 beside the five minutes it took by hand."""
    parts = (
        ("받기", seconds.receive, "#7aa7d9"),
        ("읽기", seconds.read, "#0b4ea2"),
        ("판정", seconds.judge, "#12a594"),
    )
    bars = "".join(
        f"<div style='flex:{max(value / max(seconds.total, 1e-6), 0.02):.3f};background:{colour}'></div>"
        for _, value, colour in parts
    )
    steps = " · ".join(f"{name} {value:.1f}초" for name, value, _ in parts)
    st.html(
        f"<div><b style='font-size:1.15rem'>⏱ {seconds.total:.1f}초</b> <span style='opacity:.75'>기존 5분 → 약 "
        f"{BEFORE_SECONDS / max(seconds.total, 0.1):,.0f}배 빠름</span>"
        f"<div style='display:flex;height:.5rem;border-radius:.25rem;overflow:hidden;margin:.3rem 0'>{bars}</div>"
        f"<span style='opacity:.75;font-size:.9rem'>{steps}</span></div>"
    )


def why(judgement: Judgement, crops: Crops) -> None:
    """Every ground: what was read and where, what it stands for, how sure, by which law."""
    for ground in judgement.grounds:
        with st.container(border=True):
            _ground(ground, crops)
    released = [m for m in judgement.matches if m.effect is Effect.CLEAR]
    for match in released:
        st.caption(
            f"참고: 「{match.found}」은(는) {match.ingredient.released_on} 지정 해제된 성분으로 차단 근거가 아닙니다."
        )


def _ground(ground: Ground, crops: Crops) -> None:
    st.html(
        f"<div style='font-weight:600;word-break:keep-all'>{LOOK[ground.verdict][1]} {escape(ground.verdict.label)} — "
        f"{escape(ground.text)}</div>"
        + (
            f"<div style='opacity:.8;font-size:.88rem'>근거: {escape(ground.legal_basis)}</div>"
            if ground.legal_basis
            else ""
        )
    )
    if match := ground.match:
        st.html(
            f"<div style='font-size:.92rem'>읽은 글자 <b>{escape(match.found)}</b> · {METHODS[match.method]}"
            f"({escape(match.name.name)}) · 신뢰도 {match.score:.0%}"
            + (f" · CAS {escape(match.ingredient.cas)}(참고용)" if match.ingredient.cas else "")
            + "</div>"
        )
        if crop := crops.get(match.box):
            st.image(crop, width=420)


@dataclass(frozen=True)
class Asked:
    """What the officer says about the goods: it travels with every judgement on the page."""

    as_of: date
    quantity: int | None
    goods: dict[str, str]


@dataclass
class Kept:
    """One judged photo of this session, without its pixels."""

    data: bytes
    judgement: Judgement
    marked: bytes
    crops: Crops
    lacks: str = ""


def conditions() -> Asked:
    """Quantity, day of judgement and the goods' papers; all optional. The personal code is masked before it is kept."""
    with st.popover("수량·기준일·물품 정보(선택)"):
        quantity = st.number_input(
            "수량(병)",
            min_value=1,
            max_value=9999,
            value=None,
            step=1,
            help=f"{SELF_USE_BOTTLES}병을 넘으면 확인필요가 됩니다.",
        )
        as_of = st.date_input("판정 기준일", date.today(), max_value=date.today(), help="그날의 목록으로 판정합니다.")
        hbl = st.text_input("HBL 번호", max_chars=40)
        pccc = st.text_input("개인통관고유부호", max_chars=13, help="가운데를 가리고 저장합니다.")
        product = st.text_input("제품명", max_chars=120)
        maker = st.text_input("제조사·제조국", max_chars=120)
    goods = {"hbl": hbl, "pccc": masked(pccc), "product": product, "maker": maker}
    return Asked(as_of, quantity, {name: value.strip() for name, value in goods.items() if value.strip()})


def masked(pccc: str) -> str:
    """A personal customs code with all but its first and last two characters hidden."""
    code = pccc.strip()
    return code[:1] + "*" * (len(code) - 3) + code[-2:] if len(code) > 3 else "*" * len(code)


def one(photo: tuple[str, bytes], asked: Asked, officer: Officer) -> None:
    """Judge one photo and show verdict, decision, picture, reasons, correction, in the order they are needed."""
    jobs.forget_others("photo", {_slot(photo[1])})
    kept = _judged(photo, asked)
    settled = kept is not None and kept.judgement.verdict is not Verdict.UNREADABLE
    if kept is not None:
        _show(kept, asked, officer)
    settle(settled)


def settle(settled: bool) -> None:
    """Fold the intake away once there is a verdict; open it for the first photo and for a retake."""
    if st.session_state.get(SETTLED, False) != settled:
        st.session_state[SETTLED] = settled
        st.rerun()


def batch(photos: Sequence[tuple[str, bytes]], asked: Asked, officer: Officer) -> None:
    """Judge many photos with progress; a table, gravest first, opens each."""
    done: list[tuple[str, Kept | None]] = []
    bar = st.progress(0.0, f"사진 {len(photos)}장을 판정합니다.")
    jobs.forget_others("photo", {_slot(photo[1]) for photo in photos})
    for i, photo in enumerate(photos):
        bar.progress(i / len(photos), f"{i}/{len(photos)}장 판정함: {plain(photo[0])}")
        for following in photos[i : i + 2]:  # the engine need not wait for the page
            _hand_in(following, asked)
        kept = _judged(photo, asked, quiet=True)
        if kept is None and jobs.unsettled(_slot(photo[1])):
            return  # it is being read, or the officer has stopped it
        done.append((photo[0], kept))
    bar.empty()
    order = list(Verdict)
    good = sorted(((n, k) for n, k in done if k), key=lambda pair: order.index(pair[1].judgement.verdict))
    rows = [_row(name, kept.judgement) for name, kept in good]
    counts = {verdict: sum(k.judgement.verdict is verdict for _, k in good) for verdict in order}
    st.markdown(" · ".join(f"{LOOK[v][1]} {v.label} **{n}**" for v, n in counts.items() if n))
    picked = st.dataframe(rows, hide_index=True, on_select="rerun", selection_mode="single-row", key="hazard_batch")
    export.downloads(rows, "사진 판정", key="hazard_batch")
    st.caption("행을 고르면 아래에 판정 내용이 열립니다.")
    chosen = picked["selection"]["rows"]
    if chosen and chosen[0] < len(good):
        _show(good[chosen[0]][1], asked, officer)


def _judged(photo: tuple[str, bytes], asked: Asked, *, quiet: bool = False) -> Kept | None:
    """The judged photo; ``None`` while it is read, or after telling what is wrong."""
    name, data = photo
    shelf = _kept()
    sha256 = hashlib.sha256(data).hexdigest()
    kept = shelf.get(sha256)
    if kept is None:
        try:
            found = jobs.awaited(_slot(data), sha256, _ask(photo, asked), "사진을 읽고 판정하는 중입니다.")
        except (PhotoError, EngineMissing) as error:
            st.error(f"{plain(name)}: {error}" if quiet else str(error), icon="📵")
            return None
        if found is None:
            return None
        kept = shelf[sha256] = Kept(data, found.judgement, found.marked, found.crops, found.lacks)
        while len(shelf) > KEEP:
            shelf.pop(next(iter(shelf)))
    if (kept.judgement.as_of, kept.judgement.quantity) != (asked.as_of, asked.quantity):
        kept.judgement = screen.again(kept.judgement, as_of=asked.as_of, quantity=asked.quantity)
    return kept


def _kept() -> dict[str, Kept]:
    shelf: dict[str, Kept] = st.session_state.setdefault("hazard_kept", {})
    return shelf


def _slot(data: bytes) -> str:
    return f"photo_{hashlib.sha256(data).hexdigest()}"


def _hand_in(photo: tuple[str, bytes], asked: Asked) -> None:
    sha256 = hashlib.sha256(photo[1]).hexdigest()
    if sha256 not in _kept():
        with suppress(JobError):  # told when its turn comes
            jobs.hand_in(_slot(photo[1]), sha256, _ask(photo, asked))


def _ask(photo: tuple[str, bytes], asked: Asked) -> Callable[[str], Job[screen.Pictured]]:
    name, data = photo
    most = settings().photo_seconds
    return lambda owner: jobs.PHOTOS.submit(
        screen.pictured, data, name, as_of=asked.as_of, quantity=asked.quantity,
        title=f"사진 판독: {plain(name)}", owner=owner, seconds=most, late=LATE.format(seconds=most),
    )  # fmt: skip


def _show(kept: Kept, asked: Asked, officer: Officer) -> None:
    place = st.container()
    sha256 = kept.judgement.photo.sha256
    with st.expander("잘못 읽었습니까? 글자를 고치면 바로 다시 판정합니다."):
        text = st.text_area(
            "읽은 글자(한 줄에 하나)",
            "\n".join(line.text for line in kept.judgement.reading.lines),
            height=260,
            key=f"text_{sha256}",
        )
    judgement = screen.again(kept.judgement, text=text)
    with place:
        banner(judgement)
        if judgement.corrected:
            st.caption("✏️ 담당자가 고친 글자로 판정했습니다.")
        _decision(judgement, kept.data, asked, officer)
        left, right = st.columns([1, 1], gap="medium")
        with left:
            st.image(kept.marked, caption="판정에 쓰인 낱말을 상자로 표시했습니다.", width="stretch")
            timer(judgement.seconds)
        with right:
            why(judgement, kept.crops)
            code = judgement.barcode
            st.caption(
                f"바코드 {plain(code or '읽지 못함')} · 판독 엔진 {judgement.reading.engine} · 판정 기준일 {judgement.as_of} · "
                f"목록 기준일 {judgement.list_date} · 사진 해시 {sha256[:12]}"
            )
            if kept.lacks:
                st.warning(kept.lacks, icon="⚠️")
            for note in (*judgement.photo.notes, *judgement.quality.problems):
                st.caption(f"📷 {note}")


def _decision(judgement: Judgement, data: bytes, asked: Asked, officer: Officer) -> None:
    """One tap decides: the advised decision first; it becomes a case with the photo and everything it rests on."""
    if guard.barred(guard.May.DECIDE):
        return
    sha256 = judgement.photo.sha256
    told = st.session_state.get(f"decided_{sha256}")
    if told:
        st.success(told, icon="✅")
        return
    note = st.text_input(
        "메모(선택)", key=f"note_{sha256}", placeholder="현품과 대조한 내용", label_visibility="collapsed"
    )
    advised = screen.ADVISED[judgement.verdict]
    options = sorted(screen.OUTCOMES, key=lambda outcome: outcome.code != advised)
    with st.container(horizontal=True, gap="small"):
        for outcome in options[:3]:
            if st.button(
                outcome.label,
                type="primary" if outcome.code == advised else "secondary",
                key=f"{outcome.code}_{sha256}",
            ):
                _keep(judgement, data, asked, officer, outcome, note)
        with st.popover("다른 처분"):
            for outcome in options[3:]:
                if st.button(outcome.label, key=f"{outcome.code}_{sha256}", width="stretch"):
                    _keep(judgement, data, asked, officer, outcome, note)


def _keep(judgement: Judgement, data: bytes, asked: Asked, officer: Officer, outcome: Outcome, note: str) -> None:
    sha256 = judgement.photo.sha256
    book = cache.case_book()
    found = screen.finding(judgement)
    found = replace(found, facts={**found.facts, "office": officer.office, **asked.goods})
    try:
        keep_photo(data, sha256, f".{judgement.photo.format.lower()}")
        case, made = book.register(found, by=officer.name)
        if not made:
            st.warning(f"이미 {case.number}로 진행 중인 사진입니다. 「사건 목록」에서 이어서 처리하십시오.")
            return
        book.decide(case.id, case.version, outcome, by=officer.name, note=note)
    except CaseworkError as error:
        st.error(str(error))
        return
    st.session_state[f"decided_{sha256}"] = (
        f"{case.number} 「{outcome.label}」로 기록했습니다. 사건 목록에서 볼 수 있습니다."
    )
    st.rerun()


def _row(name: str, judgement: Judgement) -> dict[str, object]:
    return {
        "판정": f"{LOOK[judgement.verdict][1]} {judgement.verdict.label}",
        "사진": name,
        "성분": ", ".join(m.ingredient.name_ko for m in judgement.matches if m.effect is not Effect.CLEAR),
        "읽은 글자": ", ".join(m.found for m in judgement.matches if m.effect is not Effect.CLEAR),
        "바코드": judgement.barcode or "",
        "초": round(judgement.seconds.total, 1),
        "목록 기준일": judgement.list_date.isoformat(),
    }


def show_case(case: Case) -> None:
    """A kept case: its photo, reasons and text as they were when decided."""
    facts = case.facts
    try:
        st.image(thumbnail(decode(photo_path(facts["sha256"]).read_bytes()), 900), width=420)
    except (CaseworkError, PhotoError, OSError):
        st.caption("보관된 사진을 열 수 없습니다.")
    for reason in case.reasons:
        st.html(
            f"<div style='font-weight:600'>{escape(reason['text'])}</div>"
            f"<div style='opacity:.8;font-size:.88rem'>{escape(reason['legal_basis'])}</div>"
        )
    goods = {
        "hbl": "HBL",
        "pccc": "개인통관고유부호",
        "product": "제품명",
        "maker": "제조사·제조국",
        "barcode": "바코드",
    }
    shown = [f"{label} {plain(str(facts[name]))}" for name, label in goods.items() if facts.get(name)]
    st.caption(
        " · ".join(
            [*shown, f"판정 기준일 {facts['as_of']}", f"목록 기준일 {facts['list_date']}", f"해시 {case.subject[:12]}"]
        )
    )
    with st.expander("읽은 글자"):
        st.text("\n".join(line["text"] for line in facts["text"]))


def model_card() -> None:
    """What the judging was measured to miss and to block wrongly, on which data."""
    path = MODELS / "hazard_photo.json"
    if not path.exists():
        st.info("아직 측정 결과가 없습니다. `make bench`가 측정하여 기록합니다.")
        return
    card = json.loads(path.read_text(encoding="utf-8"))
    st.warning(card["notice"], icon="🧪")
    columns = st.columns(4)
    for column, figure in zip(columns, card["headline"], strict=False):
        column.metric(figure["label"], figure["value"], help=figure["help"], border=True)
    for table in card["tables"]:
        st.markdown(f"**{table['title']}**")
        st.plotly_chart(_heat(table), config={"displayModeBar": False}, key=table["title"])
    st.markdown("**한계**\n" + "\n".join(f"- {line}" for line in card["limits"]))


def _heat(table: dict[str, Any]) -> "go.Figure":
    import plotly.graph_objects as go

    text = [[cell if cell is None else f"{cell:.1%}" for cell in row] for row in table["values"]]
    figure = go.Figure(
        go.Heatmap(
            z=table["values"],
            x=table["columns"],
            y=table["rows"],
            text=text,
            texttemplate="%{text}",
            zmin=0,
            zmax=0.2,
            colorscale=[[0, "#e6f3ef"], [0.15, "#f5d58a"], [1, "#b3151b"]],
            showscale=False,
            hoverinfo="skip",
        )
    )
    figure.update_layout(height=90 + 44 * len(table["rows"]), margin={"l": 10, "r": 10, "t": 10, "b": 10})
    figure.update_yaxes(autorange="reversed")
    return figure
