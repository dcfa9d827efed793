"""대감집 beyond the conversation: the form that asks before acting, articles by topic, trends of findings, what has been imported."""

import re
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import streamlit as st

from lib.casework import Act, CaseworkError
from lib.entries import Entry
from lib.ui import ask, cache, explain, export, guard
from lib.ui.guard import Officer
from lib.ui.words import plain

if TYPE_CHECKING:
    from lib.entries.audit.findings import Record
    from lib.entries.audit.laws import Article
    from lib.entries.audit.reports import Preview
    from lib.entries.audit.search import Searcher

ALL = "전체"


def may_i(item: Entry, officer: Officer) -> None:
    """「이렇게 처리해도 되나?」: the rule, a finding alike, what to check before acting."""
    from lib.entries.audit.answer import Scope

    found = ask.searcher()
    st.html(ask.CSS)
    with st.form("audit_may", border=True):
        fields = sorted({one.field for one in found.findings} - {""})
        field = st.selectbox("업무분야", fields, index=None, placeholder="모르면 비워 두십시오")
        plan = st.text_area(
            "어떻게 처리하려고 합니까?",
            placeholder="예: 재고조사 때 창고가 바빠서 작년 자료로 갈음하고 이상 없음으로 결재하려고 합니다.",
            max_chars=1000,
            height=110,
        )
        sent = st.form_submit_button("점검하기", type="primary", icon="🧭")
    if sent and plan.strip():
        told = ask.ask(plan, found, Scope(field=field), acting=True)
        shown = told.as_shown()
        try:
            kept = cache.talks().asked(
                item.id,
                f"form-{officer.name}",
                ask.masked(plan),
                shown,
                abstained=told.abstained and not told.refused,
                by=officer.name,
            )
        except CaseworkError as error:
            st.error(str(error))
            return
        st.session_state["audit_may_shown"] = (kept.text, shown, kept.at)
    elif sent:
        st.warning("처리하려는 내용을 적어 주십시오.")
    if "audit_may_shown" not in st.session_state:
        st.caption("처리하기 전에 적어 보면 지켜야 할 규정, 비슷한 지적사례, 미리 점검할 것을 보여 줍니다.")
        return
    plan, shown, when = st.session_state["audit_may_shown"]
    left, right = st.columns([3, 2], gap="medium")
    with left:
        ask.body({**shown, "parts": [part for part in shown["parts"] if part["kind"] != "점검할 것"]}, "may")
        if shown["checklist"]:
            st.markdown("**처리하기 전에 점검할 것**")
            for at, (words, number) in enumerate(shown["checklist"]):
                st.checkbox(f"{plain(words)} \\[사례 {number}\\]", key=f"audit_check_{when}_{at}")
        st.caption(
            "판단이 서지 않으면 처리하기 전에 감사부서의 일상감사나 사전 상담을, 이미 처리했다면 자진신고와 적극행정 면책을 검토하십시오."
        )
        if not shown["refused"]:
            with st.container(horizontal=True):
                ask.report(plan, shown, when, found, officer, key="audit_may")
    with right:
        ask.sources(shown, "may", found)


def browse() -> None:
    """Articles and findings by topic or law; one article whole, with its versions and the findings that rest on it."""
    found = ask.searcher()
    st.html(ask.CSS)
    topics = sorted({topic for card in found.cards.values() for topic in card.topics})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        topic = st.selectbox("주제", [ALL, *topics], key="audit_topic", width=240)
        law = st.selectbox("법령", [ALL, *found.laws], key="audit_browse_law", width=360)
        words = st.text_input("제목·해설에서 찾기", key="audit_browse_words", width=240)
    wanted = [
        hit
        for hit in map(found.hit, found.ids)
        if (topic == ALL or (hit.card and topic in hit.card.topics))
        and (law == ALL or hit.law == law)
        and (not words or words in f"{hit.id} {hit.title} {hit.card.gist if hit.card else ''}")
    ]
    st.caption(f"조문 {len(wanted):,}개 · 행을 고르면 아래에 내용이 열립니다.")
    if not wanted:
        st.info("조건에 맞는 조문이 없습니다. 주제나 법령을 바꾸어 보십시오.")
        return
    picked = st.dataframe(
        [{"법령": hit.law, "조문": hit.article, "제목": hit.title, "내용": hit.card.gist if hit.card else ""} for hit in wanted],
        hide_index=True, on_select="rerun", selection_mode="single-row", key="audit_browse_rows", height=320,
        column_config={"법령": st.column_config.TextColumn(width=190), "조문": st.column_config.TextColumn(width=90), "제목": st.column_config.TextColumn(width=220)},
    )  # fmt: skip
    rows = picked["selection"]["rows"]
    if rows and rows[0] < len(wanted):
        _article(wanted[rows[0]].id, found)


def _article(id: str, found: "Searcher") -> None:
    from lib.entries.audit import laws

    hit = found.hit(id)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.html(ask.article_card(id, "", found, "browse", ""))
        if card := hit.card:
            told = [("누구에게", card.who), ("기한과 기준", "; ".join(card.deadlines)), ("어기면", card.sanction)]
            told += [("쉬운 말", ", ".join(f"{everyday} → {term}" for everyday, term in card.terms))]
            for title, text in told:
                if text:
                    st.markdown(f"**{title}** {plain(text)}")
    with right:
        versions = laws.versions(hit.law, hit.article)
        if len(versions) > 1:
            st.markdown("**연혁**")
            for one in versions:
                st.html(
                    f"<div class='ax-source'><b>{laws.standing(one).value}</b> 시행 {explain.words(one.effective or one.version or '미상')}"
                    f"<details><summary>조문 보기</summary><div class='law'>{explain.words(one.text)}</div></details></div>"
                )
        resting = [one for one in found.findings if any(f"{basis.law} {basis.article}" == id for basis in one.basis)]
        st.markdown(f"**이 조문으로 지적된 사례 {len(resting)}건**")
        for record in resting[:10]:
            st.html(ask.finding_card(record, f"b-{record.id}", ""))


def trends() -> None:
    """Findings by topic, year and disposition; a cell opens its findings."""
    from lib.entries.audit import charts

    found = ask.searcher()
    st.html(ask.CSS)
    made_up = [one for one in found.findings if one.made_up]
    own = [one for one in found.findings if not one.made_up]
    which = ALL
    if own:
        which = st.segmented_control(
            "자료", [ALL, "우리 기관 사례", "가상 사례"], default="우리 기관 사례", required=True, key="audit_whose"
        )
    records = {"우리 기관 사례": own, "가상 사례": made_up}.get(which, list(found.findings))
    if made_up and which != "우리 기관 사례":
        st.caption(f"가상 사례 {len(made_up):,}건은 시연용으로 지어낸 것이라 실제 추세가 아닙니다.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kinds = st.multiselect(
            "처분",
            sorted({done.kind for one in records for done in one.dispositions}),
            placeholder="모든 처분",
            key="audit_trend_kind",
            width=320,
        )
        fields = st.multiselect(
            "업무분야",
            sorted({one.field for one in records} - {""}),
            placeholder="모든 분야",
            key="audit_trend_field",
            width=320,
        )
    records = [
        one
        for one in records
        if (not kinds or {done.kind for done in one.dispositions} & set(kinds)) and (not fields or one.field in fields)
    ]
    if not records:
        st.info("조건에 맞는 지적사례가 없습니다. 처분이나 업무분야를 바꾸어 보십시오.")
        return
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown("**주제와 연도별 지적 건수** · 칸을 누르면 아래에 사례가 열립니다.")
        picked = explain.show(charts.by_topic(records), "audit_trend_map", on_select="rerun", selection_mode="points")
    with right:
        st.markdown("**연도별 처분**")
        explain.show(charts.by_disposition(records), "audit_trend_bars")
        repeated = sum(one.repeated for one in records)
        st.metric("되풀이된 지적", f"{repeated:,}건 ({repeated / len(records):.0%})", border=True)
    points = picked["selection"]["points"] if picked else []
    chosen = [
        one for one in records if any(point["y"] == one.topic and str(point["x"]) == str(one.year) for point in points)
    ]
    if points:
        st.subheader(f"{points[0]['y']} · {points[0]['x']}년", divider="gray")
        for record in chosen:
            st.html(ask.finding_card(record, f"t-{record.id}", ""))
    export.downloads([_row(one) for one in chosen or records], "감사 지적사례", key="audit_trend")


def _row(one: "Record") -> dict[str, Any]:
    return {
        "번호": one.id,
        "구분": "가상 사례" if one.made_up else "우리 기관 사례",
        "연도": one.year,
        "감사종류": one.kind,
        "기관": one.office,
        "업무분야": one.field,
        "주제": one.topic,
        "제목": one.title,
        "처분": ", ".join(done.kind for done in one.dispositions),
        "금액(원)": one.amount_krw,
        "근거": ", ".join(f"{basis.law} {basis.article}" for basis in one.basis),
        "지적내용": one.facts,
        "조치할 사항": one.action,
    }


def imports() -> None:
    """Official laws and the office's own findings: what is there, and more by file."""
    if guard.barred(guard.May.SET):
        return
    found = ask.searcher()
    st.html(ask.CSS)
    left, right = st.columns(2, gap="large")
    with left:
        _laws(found)
    with right:
        _findings(found)


def _laws(found: "Searcher") -> None:
    from lib.entries.audit import laws

    st.subheader("공식 법령", divider="gray")
    st.caption(
        "국가법령정보 공동활용에서 받은 XML·JSON, 또는 그런 파일을 담은 ZIP을 넣으면 답이 원문을 인용합니다. 이전 판은 구버전으로 남습니다."
    )
    given = st.file_uploader("법령 파일", key="audit_file_law")
    if given:
        try:
            articles = _read_laws(given.file_id, given.name, given.getvalue())
        except laws.LawError as error:
            st.error(plain(str(error)))
            return
        st.markdown(f"**알아본 내용: {laws.told(articles)}**")
        rows = _law_rows(articles)
        st.dataframe(rows, hide_index=True, height=min(38 * (len(rows) + 1), 220))
        if st.button("가져오기", key="audit_law_keep", icon="📥", type="primary"):
            try:
                guard.on_record(
                    Act.BROUGHT, guard.officer(), entry="audit", about=given.name, detail={"told": laws.told(articles)}
                )
                laws.keep(articles)
            except (laws.LawError, CaseworkError) as error:
                st.error(plain(str(error)))
                return
            st.session_state["audit_law_done"] = f"{laws.told(articles)}를 가져왔습니다."
            st.rerun()
    if done := st.session_state.pop("audit_law_done", ""):
        st.success(done, icon="📥")
    if not found.articles:
        st.info("가져온 공식 원문이 없습니다. 지금은 조문 해설만으로 답합니다.")
        return
    st.dataframe(_law_rows(found.articles.values()), hide_index=True, height=320)


def _read_laws(file_id: str, name: str, data: bytes) -> "tuple[Article, ...]":
    """What an uploaded file holds, read once. Raises ``LawError``."""
    from lib.entries.audit import laws

    kept = st.session_state.get("audit_law_read")
    if kept and kept[0] == file_id:
        told: tuple[Article, ...] = kept[1]
        return told
    with TemporaryDirectory() as folder, st.spinner("법령을 읽는 중입니다."):
        short = re.sub(r"[/\\\0]", " ", name)[-60:].rstrip(". ")  # no folder's, and not too long for one
        path = Path(folder) / (short if Path(short).suffix else f"법령{short}")
        path.write_bytes(data)
        try:
            articles = tuple(laws.read(path))
        except laws.LawError as error:
            raise laws.LawError(str(error).replace(f"{folder}/", "")) from None
    st.session_state["audit_law_read"] = (file_id, articles)
    return articles


def _law_rows(articles: Iterable["Article"]) -> list[dict[str, Any]]:
    """A row a law and version."""
    from lib.entries.audit import laws

    told: dict[tuple[str, str], list[Article]] = {}
    for one in articles:
        told.setdefault((one.law, one.version or one.effective), []).append(one)
    return [
        {"법령": law, "시행일": since or "미상", "상태": laws.standing(some[0]).value, "조문": sum(not one.is_annex for one in some),
         "별표·서식": sum(one.is_annex for one in some), "출처": some[0].source}
        for (law, since), some in told.items()
    ]  # fmt: skip


def _findings(found: "Searcher") -> None:
    from lib.entries.audit import documents, findings, reports

    st.subheader("우리 기관 지적사례", divider="gray")
    st.caption(
        "처분요구서나 지적사항 목록(XLSX·XLS·CSV·DOCX·PDF·HWPX·TXT)을 넣으면 알아본 내용을 먼저 보여 드립니다. 이름과 사건번호는 가려서 남깁니다."
    )
    given = st.file_uploader("지적사례 파일", key="audit_file_finding")
    if given:
        try:
            preview = reports.understood(given.getvalue(), given.name)
        except documents.DocumentError as error:
            st.error(plain(str(error)))
            return
        _preview(preview)
        if preview.records and st.button(
            f"{len(preview.records)}건 가져오기", key="audit_finding_keep", icon="📥", type="primary"
        ):
            try:
                guard.on_record(
                    Act.BROUGHT,
                    guard.officer(),
                    entry="audit",
                    about=given.name,
                    detail={"findings": len(preview.records)},
                )
                findings.keep(preview.records)
            except CaseworkError as error:
                st.error(plain(str(error)))
                return
            st.session_state["audit_finding_done"] = f"지적사례 {len(preview.records)}건을 가져왔습니다."
            st.rerun()
    if done := st.session_state.pop("audit_finding_done", ""):
        st.success(done, icon="📥")
    own = [one for one in found.findings if not one.made_up]
    st.caption(f"가져온 사례 {len(own):,}건 · 함께 들어 있는 가상 사례 {len(found.findings) - len(own):,}건")
    if own:
        st.dataframe([_row(one) for one in own], hide_index=True, height=240)


def _preview(preview: "Preview") -> None:
    st.markdown(f"**알아본 사례 {len(preview.records)}건**")
    for record in preview.records[:50]:
        with st.expander(plain(f"{record.year}년 {record.title}")):
            st.html(ask.finding_card(record, f"i-{record.id}", ""))
    for problem in preview.problems[:30]:
        st.warning(plain(str(problem)), icon="🔍")
    if preview.unread:
        with st.expander(f"알아보지 못한 글 {len(preview.unread)}곳"):
            for text in preview.unread[:50]:
                st.text(text)


def card() -> None:
    """What was measured, on what, and what is missed."""
    from lib.settings import MODELS

    st.markdown((MODELS / "audit.md").read_text("utf-8"))
