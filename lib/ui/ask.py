"""대감집's conversation: a question, the answer with its marks, and beside it what each mark rests on."""

import re
import uuid
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st

from lib.casework import CaseworkError, Question
from lib.entries import Entry
from lib.ui import cache, export
from lib.ui.guard import Officer
from lib.ui.words import plain

if TYPE_CHECKING:
    from datetime import datetime

    from lib.entries.audit.answer import Answer, Scope
    from lib.entries.audit.findings import Record
    from lib.entries.audit.paper import Told
    from lib.entries.audit.search import Searcher

EXAMPLES = (
    "감면받은 기계를 다른 회사에 빌려줘도 되나요?",
    "세금을 적게 신고한 걸 업체가 뒤늦게 알았대요. 어떻게 고치나요?",
    "징계 요구를 2026년 11월 2일에 받았는데 언제까지 끝내야 하나요?",
    "계약 금액이 6천만원인데 감사부서에 먼저 보여야 하나요?",
    "법 241조",
)
TALK, NEXT = "audit_talk", "audit_next"
CSS = """<style>
.ax-part {margin: 0 0 .75rem; line-height: 1.65}
.ax-part b.kind {display: inline-block; font-size: .8rem; padding: .05rem .5rem; margin-right: .4rem; border-radius: 1rem;
  background: color-mix(in srgb, currentColor 12%, transparent)}
.ax-part a, .ax-mark {font-weight: 700; text-decoration: none; padding: .1rem .25rem; border-radius: .3rem; white-space: nowrap;
  background: color-mix(in srgb, #2f7fd6 16%, transparent); color: inherit}
.ax-source {border: 1px solid color-mix(in srgb, currentColor 22%, transparent); border-radius: .6rem; padding: .6rem .8rem;
  margin: 0 0 .6rem; scroll-margin-top: 4.5rem; font-size: .93rem; line-height: 1.6}
.ax-source:target {outline: 3px solid #2f7fd6}
.ax-source .meta {opacity: .75; font-size: .82rem; margin: .1rem 0 .35rem}
.ax-source mark {background: color-mix(in srgb, #f2c230 45%, transparent); color: inherit; padding: .05rem .1rem}
.ax-source .law {white-space: pre-wrap; max-height: 22rem; overflow-y: auto; margin-top: .4rem}
.ax-source summary {cursor: pointer; padding: .35rem 0}
.ax-source ul {margin: .2rem 0; padding-left: 1.1rem}
</style>"""


def searcher() -> "Searcher":
    """The shared searcher; what has to be built first is shown as it goes."""
    place = st.empty()

    def told(share: float, what: str) -> None:
        place.progress(min(share, 1.0), what)

    found = cache.searcher(told)
    place.empty()
    return found


def chat(item: Entry, officer: Officer) -> None:
    """One conversation; others of the officer's own can be opened again."""
    found = searcher()
    st.html(CSS)
    try:
        _conversation(item, officer, found)
    except CaseworkError as error:
        st.error(str(error))


def _conversation(item: Entry, officer: Officer, found: "Searcher") -> None:
    talk = st.session_state.setdefault(TALK, st.query_params.get("talk") or uuid.uuid4().hex)
    with st.container(horizontal=True, vertical_alignment="center"):
        _past_talks(item, officer)
        scope = _scope(found)
    told = cache.talks().talk(item.id, talk, by=officer.name)
    if told:
        st.query_params["talk"] = talk  # so that a page loaded anew shows the same conversation
    else:
        st.query_params.pop("talk", None)
    with st.container():  # here and not pinned below, so that an answer stands under its question, on a phone too
        asked = st.chat_input(
            "규정이나 사례를 평소 말로 물어보십시오(1,000자까지).", key="audit_question", max_chars=1000
        )
    asked = asked or st.session_state.pop(NEXT, None)
    if asked:
        with st.chat_message("user", avatar="🙋"):
            st.html(f"<div>{escape(asked)}</div>")
        with st.chat_message("assistant", avatar="📚"):
            _answered(asked, told, found, scope, item, officer, talk)
        st.rerun()
    if not told:
        _welcome(found)
    opinions = cache.talks().opinions([one.id for one in told], by=officer.name) if told else {}
    for one in reversed(told):
        _turn(one, found, officer, last=one is told[-1], judged=opinions.get(one.id))


def _past_talks(item: Entry, officer: Officer) -> None:
    with st.popover("지난 대화", icon="🕘"):
        if st.button("새 대화 시작", icon="➕", key="audit_new", width="stretch"):
            st.session_state[TALK] = uuid.uuid4().hex
            st.rerun()
        past = cache.talks().history(item.id, by=officer.name)
        if not past:
            st.caption("아직 나눈 대화가 없습니다.")
        for one in past:
            left, right = st.columns([6, 1])
            title = one.title if len(one.title) <= 28 else f"{one.title[:27]}…"
            if left.button(f"{plain(title)} ({one.questions})", key=f"audit_open_{one.id}", width="stretch"):
                st.session_state[TALK] = one.id
                st.rerun()
            if right.button("✕", key=f"audit_hide_{one.id}", help="목록에서 지우기"):
                cache.talks().hide(item.id, one.id, by=officer.name)
                st.session_state.pop(TALK, None)
                st.rerun()


def _scope(found: "Searcher") -> "Scope":
    """Where to look, as chosen."""
    from lib.entries.audit.answer import Scope
    from lib.entries.audit.search import KINDS

    records = found.findings
    with st.popover("찾는 범위", icon="🔎"):
        chosen: dict[str, Any] = {
            "law": st.selectbox("법령", found.laws, index=None, placeholder="모든 법령", key="audit_law"),
            "kind": st.selectbox("법령 종류", KINDS, index=None, placeholder="모든 종류", key="audit_kind"),
            "year": st.selectbox(
                "지적사례 연도", sorted({one.year for one in records}, reverse=True), index=None, placeholder="모든 연도", key="audit_year",
            ),
            "field": st.selectbox(
                "지적사례 업무분야", sorted({one.field for one in records} - {""}), index=None, placeholder="모든 분야", key="audit_field",
            ),
            "disposition": st.selectbox(
                "지적사례 처분", sorted({done.kind for one in records for done in one.dispositions}), index=None,
                placeholder="모든 처분", key="audit_disposition",
            ),
        }  # fmt: skip
    if any(chosen.values()):
        st.caption("찾는 범위: " + ", ".join(plain(str(value)) for value in chosen.values() if value))
    return Scope(**chosen)


def _welcome(found: "Searcher") -> None:
    made_up = sum(one.made_up for one in found.findings)
    texts = (
        f"공식 조문 {len(found.articles):,}개" if found.articles else "공식 원문은 아직 없음(「자료」에서 가져옵니다)"
    )
    st.info(
        f"쓰는 말 그대로 물으면 관련 조문과 지적사례, 점검할 것을 출처와 함께 답합니다. 조문 해설 {len(found.cards):,}개 · {texts} · "
        f"지적사례 {len(found.findings):,}건(가상 사례 {made_up:,}건)",
        icon="💬",
    )
    st.caption("이렇게 물어보십시오.")
    for at, example in enumerate(EXAMPLES):
        if st.button(example, key=f"audit_example_{at}"):
            st.session_state[NEXT] = example
            st.rerun()


def _answered(
    asked: str, told: Sequence[Question], found: "Searcher", scope: "Scope", item: Entry, officer: Officer, talk: str
) -> None:
    """Answer, show while it is being written, keep."""
    before = told[-1].text if told else ""
    turns = [(one.text, spoken(one.answer)) for one in told[-3:]]
    answer = ask(asked, found, scope, before, turns)
    cache.talks().asked(
        item.id,
        talk,
        masked(asked),
        answer.as_shown(),
        abstained=answer.abstained and not answer.refused,
        by=officer.name,
    )


def ask(
    asked: str,
    found: "Searcher",
    scope: "Scope",
    before: str = "",
    turns: Sequence[tuple[str, str]] = (),
    *,
    acting: bool = False,
) -> "Answer":
    """The answer; what a model writes is shown as it comes."""
    from lib import llm
    from lib.entries.audit import asking

    place = st.empty()
    place.caption("규정과 사례를 찾는 중입니다.")

    def heard(words: str) -> None:
        place.html(f"<div class='ax-part'>{escape(words)}</div>")

    try:
        return asking.ask(
            asked, found, llm.configured(), before=before, turns=turns, scope=scope, acting=acting, heard=heard
        )
    finally:
        place.empty()


# One turn


def _turn(one: Question, found: "Searcher", officer: Officer, *, last: bool, judged: bool | None) -> None:
    with st.chat_message("user", avatar="🙋"):
        st.html(f"<div>{escape(one.text)}</div>")
    with st.chat_message("assistant", avatar="📚"):
        left, right = st.columns([3, 2], gap="medium") if last else (st.container(), st.expander("출처와 지적사례"))
        with left:
            body(one.answer, f"q{one.id}")
            _after(one, found, officer, last=last, judged=judged)
        with right:
            sources(one.answer, f"q{one.id}", found)


def body(shown: dict[str, Any], key: str) -> None:
    """The words of an answer; each mark leads to its source."""
    for part in shown["parts"]:
        st.html(f"<div class='ax-part'><b class='kind'>{escape(part['kind'])}</b>{_linked(part['text'], key)}</div>")
    if shown.get("dropped"):
        st.caption(f"모델이 쓴 문장 가운데 출처로 확인되지 않은 {shown['dropped']}개는 뺐습니다.")
    if shown.get("trouble"):
        st.caption(f"🤖 {plain(shown['trouble'])} 규정에서 바로 뽑은 답입니다.")


def _linked(text: str, key: str) -> str:
    told = re.sub(r"(?m)^(기한과 기준|어기면)(?=:)", r"<b>\1</b>", escape(text)).replace("\n", "<br>")
    told = re.sub(r"\[(\d{1,2})\]", rf"<a href='#{key}-\1'>[\1]</a>", told)
    return re.sub(r"\[사례 (\d{1,2})\]", rf"<a href='#{key}-p\1'>[사례 \1]</a>", told)


def sources(shown: dict[str, Any], key: str, found: "Searcher") -> None:
    """A card for each mark; for an answer without one, the closest articles."""
    records = {one.id: one for one in found.findings}
    for at, cited in enumerate(shown.get("citations", ()), 1):
        st.html(article_card(cited["id"], cited["quote"], found, f"{key}-{at}", f"[{at}]"))
    for at, id in enumerate(shown.get("findings", ()), 1):
        if record := records.get(id):
            st.html(finding_card(record, f"{key}-p{at}", f"[사례 {at}]"))
    if not shown.get("citations") and not shown.get("refused"):
        near = [id for id in shown.get("articles", ()) if found.hit(id).title]
        if near:
            st.caption("가까운 조문(답은 아닐 수 있습니다)")
        for at, id in enumerate(near, 1):
            st.html(article_card(id, "", found, f"{key}-n{at}", ""))


def article_card(id: str, quote: str, found: "Searcher", anchor: str, mark: str) -> str:
    """An article as HTML: what is quoted, where it stands, how current it is, the whole of it on demand."""
    from lib.entries.audit import laws

    hit = found.hit(id)
    head = f"<b>{f'<span class=ax-mark>{escape(mark)}</span> ' if mark else ''}{escape(id)}</b> {escape(hit.title)}"
    card, text = hit.card, hit.text
    since = (text.effective or text.version) if text else ""
    standing = laws.standing(text).value if text else "공식 원문 없음"
    meta = [escape("시행일 미상" if text and not since and standing == laws.Standing.IN_FORCE else standing)]
    if since:
        meta.append(f"시행 {escape(since)}")
    if card:
        meta.append(f"해설 {escape(card.as_of)} 기준")
        if since[:7] > card.as_of:
            meta.append("<b>해설을 쓴 뒤에 바뀐 조문이니 원문을 보십시오</b>")
    told = f"<div class='ax-source' id='{escape(anchor)}'>{head}<div class='meta'>{' · '.join(meta)}</div>"
    if text:
        whole = escape(text.text)
        marked = whole.replace(escape(quote), f"<mark>{escape(quote)}</mark>", 1) if quote else whole
        told += f"<div><mark>{escape(quote)}</mark></div>" if quote else ""
        told += f"<details><summary>조문 전체 보기</summary><div class='law'>{marked}</div></details>"
        for one in filter(None, map(laws.annex, text.annexes)):
            words = one.text or f"파일로 된 서식입니다: {one.file or one.link or '파일 이름 미상'}"
            told += f"<details><summary>{escape(one.article)} {escape(one.title)}</summary><div class='law'>{escape(words)}</div></details>"
    if card and (not text or not quote):
        told += f"<div>{escape(card.gist)}</div>"
    return told + "</div>"


def finding_card(record: "Record", anchor: str, mark: str) -> str:
    """A past finding as HTML."""
    done = ", ".join(f"{one.kind}({one.target})" if one.target else one.kind for one in record.dispositions)
    rules = ", ".join(dict.fromkeys(f"{one.law} {one.article}" for one in record.basis))
    sort = "가상 사례" if record.made_up else "우리 기관 사례"
    told = f"<div class='ax-source' id='{escape(anchor)}'><b>{f'<span class=ax-mark>{escape(mark)}</span> ' if mark else ''}{escape(record.title)}</b>"
    meta = [sort, record.id, f"{record.year}년", record.kind, record.field, f"처분 {done}" if done else ""]
    told += f"<div class='meta'>{' · '.join(escape(one) for one in meta if one)}</div>"
    told += f"<details><summary>지적 내용과 근거</summary><div>{escape(record.facts)}</div>"
    told += f"<div class='meta'>근거: {escape(rules)}</div>" if rules else ""
    told += f"<div><b>조치할 사항</b> {escape(record.action)}</div>" if record.action else ""
    return told + "</details></div>"


def _after(one: Question, found: "Searcher", officer: Officer, *, last: bool, judged: bool | None) -> None:
    """Thumbs, report, where to go on."""
    shown = one.answer
    if not shown.get("refused"):
        with st.container(horizontal=True, vertical_alignment="center"):
            _thumbs(one, officer, judged)
            if last and shown["citations"]:
                report(one.text, shown, one.at, found, officer, key=f"audit_report_{one.id}")
    if last and shown.get("follow_ups"):
        st.caption("이어서 물어볼 만한 것")
        for at, follow in enumerate(shown["follow_ups"]):
            if st.button(plain(follow), key=f"audit_follow_{one.id}_{at}"):
                st.session_state[NEXT] = follow
                st.rerun()


def _thumbs(one: Question, officer: Officer, judged: bool | None) -> None:
    key = f"audit_thumb_{one.id}"
    chosen = st.feedback("thumbs", key=key, default=None if judged is None else int(judged))
    if chosen is None or chosen == (None if judged is None else int(judged)):
        return
    if chosen == 1:
        cache.talks().judge(one.id, good=True, by=officer.name)
        st.toast("의견을 남겼습니다. 고맙습니다.", icon="👍")
        return
    with st.form(f"{key}_form", border=True):
        reason = st.selectbox(
            "무엇이 아쉬웠습니까?",
            ["다른 조문이어야 합니다", "답이 부족합니다", "말이 어렵습니다", "사례가 맞지 않습니다", "그 밖"],
        )
        more = st.text_input("덧붙일 말(맞는 조문을 아시면 적어 주십시오)", max_chars=300)
        if st.form_submit_button("의견 남기기"):
            cache.talks().judge(
                one.id, good=False, reason=": ".join(filter(None, (reason, masked(more)))), by=officer.name
            )
            st.toast("감사 담당 부서의 개선 작업함으로 보냈습니다.", icon="📮")
            st.rerun()


def report(asked: str, shown: dict[str, Any], at: "datetime", found: "Searcher", officer: Officer, *, key: str) -> None:
    """Two downloads, made when pressed."""

    def told() -> "Told":
        return _told(asked, shown, at, found, officer)

    def docx() -> bytes:
        from lib.entries.audit import paper

        return paper.docx(told())

    def pdf() -> bytes:
        from lib.entries.audit import paper

        return paper.pdf(told())

    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    export.button("이 답을 보고서로(DOCX)", docx, "감사질의_검토보고.docx", word, key=f"{key}_docx")
    export.button("PDF", pdf, "감사질의_검토보고.pdf", "application/pdf", key=f"{key}_pdf")


def _told(asked: str, shown: dict[str, Any], at: "datetime", found: "Searcher", officer: Officer) -> "Told":
    """An answer as a report has it."""
    from lib.entries.audit import paper

    sources = []
    for number, cited in enumerate(shown.get("citations", ()), 1):
        hit = found.hit(cited["id"])
        as_of = (hit.text.effective or hit.text.version) if hit.text else ""
        as_of = f"시행 {as_of}" if as_of else f"해설 {hit.card.as_of} 기준" if hit.card else ""
        sources.append(paper.Source(number, cited["id"], cited["title"], as_of, cited["quote"]))
    records = {one.id: one for one in found.findings}
    past = [records[id] for id in shown.get("findings", ()) if id in records]
    return paper.Told(
        asked,
        officer.name,
        officer.office,
        at,
        tuple(part["text"] for part in shown["parts"] if part["kind"] not in ("점검할 것", "유사 지적사례")),
        tuple(sources),
        tuple(
            paper.Past(one.id, one.year, one.title, ", ".join(done.kind for done in one.dispositions), one.made_up)
            for one in past
        ),
        tuple(words for words, _ in shown.get("checklist", ())),
    )


def spoken(shown: dict[str, Any]) -> str:
    """The words of an answer as plain text."""
    return "\n".join(part["text"] for part in shown.get("parts", ()))


def masked(text: str) -> str:
    """Without names and numbers of people."""
    from lib.entries.audit import masking

    return masking.masked(text)[0]
