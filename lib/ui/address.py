"""Addresses on screen: read word by word, on the map, and the spellings of one place side by side."""

from collections.abc import Hashable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, cast

import streamlit as st

from lib.screening.findings import Finding
from lib.ui import cache, explain, export, jobs, network
from lib.ui.ranked import Listed
from lib.ui.words import plain

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from lib.entries.address_reading.reading import Place, Reader, Reading
    from lib.entries.address_reading.screen import Addresses
    from lib.jobs import Job

EXAMPLES = (
    "12F, Gangnam Finance Center, 152 Teheran-ro, Kangnam-ku, Seoul 06236",
    "#1201, 8, Seongnam-dearo 331beon-gil Bundang-gu, Seongnam-si Gyeonggi-do",
    "ROOM 303, Pusan Haeundaegu Centum jungang-ro 90",
)
COLOURS = {
    "시도": "#2f7fd6", "시군구": "#0b7a8f", "읍면동": "#19a08c", "도로명": "#7b3fe4", "건물번호": "#c62a2f", "지번": "#c62a2f",
    "우편번호": "#8a5a2b", "동": "#c79a1b", "층": "#c79a1b", "호": "#c79a1b", "동호": "#c79a1b",
}  # fmt: skip
PLAIN = "#8a97a6"
COLUMNS = {
    "hangul": "표준 주소",
    "zip": "우편번호",
    "confidence": "확신도",
    "exists": "건물 확인",
    "candidates": "후보",
}
READ = {
    "hbl": "HBL", "arrived_on": "입항일", "address": "적힌 주소", "line": "표준 주소", "zip": "우편번호", "postcode": "신고 우편번호",
    "confidence": "확신도", "candidates": "후보",
}  # fmt: skip


def ready() -> "Reader | None":
    """The reader, its building table made first where it is not there yet; ``None`` after telling what is wrong."""
    from lib.entries.address_reading import reading, reference

    place = st.empty()
    try:
        if not reference.built(reference.source()):
            with place.status("전국 건물 주소표를 만드는 중입니다(처음 한 번, 1분 안팎).", expanded=True):
                bar = st.progress(0.0)

                def told(share: float, what: str) -> None:
                    bar.progress(min(share, 1.0), "우체국 주소 자료를 읽고 있습니다.")

                reference.ready(told)
        with st.spinner("주소표를 여는 중입니다."):
            found = reading.reader()
    except (reference.ReferenceMissing, ModuleNotFoundError) as error:
        st.error(str(error), icon="📮")
        return None
    place.empty()
    return found


def desk(reader: "Reader") -> None:
    """One address typed, several pasted, or a file."""
    about = reader.reference.about
    st.caption(
        f"전국 건물 주소 {about['buildings']:,}개({about['source']}, {about['as_of']} 기준)와 대조합니다. "
        "표에 없는 건물은 변환하지 않고 후보로만 보여 줍니다."
    )
    example = st.pills("예시", EXAMPLES, key="address_example", format_func=lambda text: f"{text[:34]}…")
    with st.form("address_form", border=False):
        text = st.text_area(
            "영문 주소(여러 개면 한 줄에 하나씩)",
            example or "",
            height=90,
            max_chars=20_000,
            placeholder=EXAMPLES[0],
            key=f"address_text_{example}",
        )
        code = st.text_input("신고된 우편번호(선택)", max_chars=7, placeholder="예: 06236", key="address_zip")
        asked = st.form_submit_button("읽기", type="primary", icon="🔎")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if asked and not lines:
        st.warning("주소를 적어 주십시오.", icon="✍️")
    if lines and (asked or example):
        if len(lines) == 1:
            one(reader.read(lines[0], code))
        else:
            _many(lines, reader.table(lines), "주소 판독", "address_many")
    st.divider()
    _file(reader)


def one(told: "Reading") -> None:
    """What was read, and which word said what."""
    from lib.entries.address_reading.reading import shown

    if told.place:
        sure = "✅ 확실" if told.sure else "🟡 확인 필요"
        st.markdown(f"### {plain(told.hangul)}")
        st.markdown(f"우편번호 **{told.place.zip}** · 확신도 **{shown(told.confidence)}** · {sure}")
    else:
        st.markdown("### 건물을 찾지 못했습니다")
        st.caption("전국 건물 주소표에 없는 주소는 변환하지 않습니다. 아래 후보와 적힌 주소를 확인해 주십시오.")
    if told.place and told.zip_agrees is False:
        st.warning(
            f"신고된 우편번호 {plain(told.declared_zip)}이(가) 판독한 건물의 우편번호 {told.place.zip}과(와) 다릅니다"
            "(2026-02-02부터 확인 항목).",
            icon="📮",
        )
    st.html(marked(told))
    details(told)
    if told.candidates:
        st.markdown("**후보**")
        st.dataframe([_candidate(place) for place in told.candidates], hide_index=True)


def details(told: "Reading") -> None:
    """The parts of the standard address."""
    place = told.place or (told.candidates[0] if told.candidates else None)
    if not place:
        return
    parts = {
        "시·도": place.sido, "시·군·구": place.sigungu or "-", "읍·면·동": place.town or "-", "도로명": place.road or "-",
        ("건물번호" if place.road else "지번"): place.number or "-", "상세(동·층·호)": told.unit or "-", "우편번호": place.zip or "-",
    }  # fmt: skip
    st.dataframe([parts], hide_index=True)


def _candidate(place: "Place") -> dict[str, str]:
    return {"주소": place.line, "우편번호": place.zip, "건물 주소표": place.known}


def marked(told: "Reading") -> str:
    """The address as written, each stretch under the colour of what it was taken for."""
    parts, at = [], 0
    for span in told.spans:
        parts.append(_gray(told.text[at : span.start]))
        colour = COLOURS.get(span.role, PLAIN)
        parts.append(
            f"<span style='display:inline-block;margin:.15rem .1rem;padding:.1rem .4rem;border-radius:.4rem;"
            f"border:1.5px solid {colour};background:{colour}22;vertical-align:top;text-align:center'>"
            f"<span>{escape(told.text[span.start : span.end])}</span><br>"
            f"<span style='font-size:.78rem'><b style='color:{colour}'>{escape(span.role)}</b> {escape(span.meaning)}</span></span>"
        )
        at = span.end
    parts.append(_gray(told.text[at:]))
    return f"<div style='line-height:1.5;font-size:1.02rem;overflow-wrap:anywhere'>{''.join(parts)}</div>"


def _gray(text: str) -> str:
    return (
        f"<span style='opacity:.6;display:inline-block;padding:.3rem .1rem'>{escape(text)}</span>"
        if text.strip()
        else ""
    )


def _many(texts: Sequence[str], told: "pd.DataFrame", name: str, key: str) -> None:
    """Many addresses read, as a table and a file."""
    import pandas as pd

    rows = pd.DataFrame({"적힌 주소": list(texts)}).join(told[[*COLUMNS]].rename(columns=COLUMNS))
    found, sure = int(told["exists"].sum()), int(told["sure"].sum())
    first, second, third = st.columns(3)
    first.metric("주소", f"{len(told):,}건", border=True)
    second.metric("건물까지 찾음", f"{found:,}건", border=True)
    third.metric("확실", f"{sure:,}건", border=True)
    st.dataframe(rows.head(2_000), hide_index=True, height=360, column_config=_percent())
    if len(rows) > 2_000:
        st.caption(f"앞의 2,000건만 보여 줍니다. 파일에는 {len(rows):,}건이 모두 들어갑니다.")
    export.downloads(cast("list[dict[str, Any]]", rows.to_dict("records")), name, key=key)


def _percent() -> dict[str, Any]:
    return {"확신도": st.column_config.NumberColumn(format="percent", width="small")}


def _file(reader: "Reader") -> None:
    from lib.tables.reading import TableError, read

    st.markdown("**파일로 읽기**")
    file = st.file_uploader("주소가 든 CSV·엑셀·Parquet 파일", key="address_file_in")
    if file is None:
        return
    try:
        raw = read(file.getvalue(), file.name)
    except TableError as error:
        st.error(plain(str(error)), icon="📄")
        return
    names = raw.column_names
    likely = next((i for i, name in enumerate(names) if "주소" in name or "배송지" in name), 0)
    left, right = st.columns(2)
    column = left.selectbox("주소가 든 열", names, index=likely, key=f"address_column_{file.file_id}")
    codes = right.selectbox(
        "우편번호 열(선택)",
        names,
        index=next((i for i, name in enumerate(names) if "우편번호" in name), None),
        placeholder="없음",
        key=f"address_codes_{file.file_id}",
    )
    kept = ("address_file", file.file_id, column, codes)
    if st.button("파일 읽기", type="primary", key="address_go"):
        st.session_state.pop("address_read", None)
        jobs.forget("address_bulk")
        st.session_state["address_asked"] = kept
    if st.session_state.get("address_asked") == kept:
        texts, zips = (raw[name].to_pylist() if name else None for name in (column, codes))
        told = _read(kept, texts or [], zips)
        if told is not None:
            st.session_state["address_read"] = (kept, ["" if text is None else str(text) for text in texts or []], told)
            del st.session_state["address_asked"]
    done = st.session_state.get("address_read")
    if done and done[0] == kept:
        _many(done[1], done[2], "주소 판독", "address_file_out")


def _read(key: Hashable, texts: "list[Any]", zips: "list[Any] | None") -> "pd.DataFrame | None":
    """What was read of each; ``None`` while a worker reads."""
    from lib.entries.address_reading.reference import ReferenceMissing
    from lib.entries.address_reading.screen import read_all

    def ask(owner: str) -> "Job[pd.DataFrame]":
        title = f"주소 {len(texts):,}건 읽기"
        return jobs.TABLES.submit(read_all, texts, zips, title=title, owner=owner, seconds=cache.LONGEST)

    try:
        return jobs.awaited("address_bulk", key, ask, "주소를 읽는 중입니다.")
    except ReferenceMissing as error:
        st.error(str(error), icon="📮")
        return None


# The list


def place(listed: Listed, found: Finding) -> None:
    """The two axes of one address, and its spellings side by side."""
    axes, facts = found.facts.get("axes", {}), found.facts
    st.markdown("**사업장 가능성과 상업성은 따로 봅니다**")
    for column, (title, told) in zip(st.columns(2), axes.items(), strict=False):
        column.metric(title, told, border=True)
    for line in facts.get("place", []):
        st.markdown(f"- 🏢 {plain(line)}")
    explain.show(axes_of(cast("Addresses", listed.ranking), found.subject), "address_axes")
    spellings = facts.get("spellings", [])
    if len(spellings) > 1:
        st.markdown(
            f"**같은 곳을 이렇게 적었습니다({len(spellings)}가지)** · 표기를 바꾸어 건수를 나누어 보이려는지 확인하십시오."
        )
        st.dataframe({"적힌 주소(호수는 가림)": spellings}, hide_index=True, height=min(38 * (len(spellings) + 1), 300))

    official(cast("Addresses", listed.ranking), found.subject)


def official(ranking: "Addresses", subject: str) -> None:
    """What the public services say stands there, asked only when the officer wants it."""
    from lib.entries.address_reading import services
    from lib.settings import settings

    line = str(ranking.rows.loc[ranking.rows["subject"] == subject, "line"].iloc[0])
    with st.expander("공공 서비스로 확인(도로명주소 건물·상가업소)", icon="🏛️"):
        if not line:
            st.caption("건물을 찾지 못한 배송지는 조회할 수 없습니다.")
            return
        if not (settings().juso_key and settings().public_data_key):
            st.caption(
                "인증키(`AX_JUSO_KEY`, `AX_PUBLIC_DATA_KEY`)를 설정하면 건물 종류와 층·호별 상가업소를 여기에서 확인할 수 있습니다. "
                "이 주소 하나만 조회하며 수하인 정보는 보내지 않습니다."
            )
            return
        if st.button("이 건물 조회", key="address_official"):
            try:
                with st.spinner("조회하는 중입니다."):
                    st.session_state["address_official_found"] = (line, services.enrich([line]))
            except services.ServiceError as error:
                st.error(str(error), icon="🏛️")
        kept = st.session_state.get("address_official_found")
        if kept and kept[0] == line:
            for title, table, titles in (
                ("건물", kept[1].buildings, {"name": "건물명", "use": "주용도", "shared": "공동주택"}),
                ("상가업소", kept[1].businesses, {"name": "상호", "address": "소재지", "trade": "업종"}),
            ):
                st.markdown(f"**{title}** {table.num_rows:,}건")
                columns = {name: told for name, told in titles.items() if name in table.column_names}
                if table.num_rows:
                    st.dataframe(table.select([*columns]).to_pandas().rename(columns=columns), hide_index=True)


def axes_of(ranking: "Addresses", subject: str = "") -> "go.Figure":
    """Every address by both axes; one of them marked."""
    import plotly.graph_objects as go

    rows = ranking.rows
    figure = go.Figure()
    own = rows["subject"] == subject
    for grade in dict.fromkeys(rows["grade"]):
        some = rows[(rows["grade"] == grade) & ~own]
        figure.add_scattergl(
            x=some["premises"], y=some["commercial"], mode="markers", name=grade,
            marker={"size": 7, "color": network.GRADES.get(grade, PLAIN), "opacity": 0.65},
            text=[explain.words(title) for title in some["title"]],
            hovertemplate="%{text}<br>사업장 가능성 %{x:.0%} · 상업성 %{y:.0%}<extra></extra>",
        )  # fmt: skip
    mine = rows[own]
    if len(mine):
        figure.add_scatter(
            x=mine["premises"], y=mine["commercial"], mode="markers", name="고른 주소",
            marker={"size": 18, "symbol": "circle-open", "color": "#7b3fe4", "line": {"width": 4}}, hoverinfo="skip",
        )  # fmt: skip
    figure.update_xaxes(title="사업장 가능성(주소)", range=[-0.03, 1.03], tickformat=".0%")
    figure.update_yaxes(title="상업성(받는 모습)", range=[-0.03, 1.03], tickformat=".0%")
    figure.update_layout(height=360, margin={"l": 8, "r": 8, "t": 8, "b": 8}, legend={"orientation": "h", "y": 1.14})
    return figure


def korea(listed: Listed) -> None:
    """Where the parcels go, and every parcel with what was read of it."""
    from lib.entries.address_reading import mapping

    ranking = cast("Addresses", listed.ranking)
    read: pd.DataFrame = cache.asked(listed.key, "read", lambda: ranking.read)
    found = int(read["exists"].sum())
    one_, two, three = st.columns(3)
    one_.metric("배송지", f"{len(read):,}건", border=True)
    two.metric("건물까지 찾음", f"{found:,}건 ({found / max(len(read), 1):.1%})", border=True)
    three.metric("우편번호가 다름", f"{int(read['off'].sum()):,}건", border=True)
    st.markdown("**시·군·구별 배송 건수**")
    explain.show(tiles(mapping.counts(read)), "address_map")
    lost = int((mapping.placed(read) < 0).sum())
    st.caption(
        "칸 하나가 시·군·구 하나이고 놓인 자리는 실제 위치와 대략 같습니다."
        + (f" 지역을 알 수 없는 배송지 {lost:,}건은 지도에 없습니다." if lost else "")
    )
    st.markdown("**판독 결과**")
    rows = read[[*READ]].rename(columns=READ)
    rows["적힌 주소"] = masked(read)
    st.dataframe(rows.head(2_000), hide_index=True, height=340, column_config=_percent())
    export.downloads(cast("list[dict[str, Any]]", rows.to_dict("records")), "배송지 판독", key="address_rows")


def masked(read: "pd.DataFrame") -> list[str]:
    """Addresses as written, the numbers of their units hidden."""
    from lib.entries.address_reading import evidence

    return [evidence.spelling(text, unit) for text, unit in zip(read["address"], read["unit"], strict=True)]


def tiles(counts: "pd.DataFrame") -> "go.Figure":
    """Korea in tiles, the more parcels the darker."""
    import numpy as np
    import plotly.graph_objects as go

    from lib.entries.address_reading import mapping

    every = {axis: range(int(counts[axis].min()), int(counts[axis].max()) + 1) for axis in ("y", "x")}

    def grid(of: str) -> "np.ndarray[Any, Any]":
        return counts.pivot(index="y", columns="x", values=of).reindex(index=every["y"], columns=every["x"]).to_numpy()

    figure = go.Figure(
        go.Heatmap(
            z=np.log1p(grid("parcels").astype(float)), x=[*every["x"]], y=[*every["y"]], xgap=1, ygap=1, showscale=False,
            text=np.where(np.isnan(grid("parcels").astype(float)), "", grid("label")), texttemplate="%{text}",  # sized and coloured by Plotly to suit each tile
            customdata=np.dstack([grid(name) for name in ("sido", "sigungu", "parcels")]), hoverongaps=False,
            colorscale=[[0, "#e6ebf1"], [0.01, "#cfe4f7"], [0.5, "#5b9fdd"], [1, "#0b3f7a"]],
            hovertemplate="%{customdata[0]} %{customdata[1]}<br>%{customdata[2]:,}건<extra></extra>",
        )
    )  # fmt: skip
    xs, ys = mapping.borders()
    figure.add_scatter(
        x=xs, y=ys, mode="lines", hoverinfo="skip", showlegend=False, line={"color": PLAIN, "width": 1.4}
    )
    figure.update_yaxes(autorange="reversed", scaleanchor="x", visible=False)
    figure.update_xaxes(visible=False)
    figure.update_layout(height=820, margin={"l": 0, "r": 0, "t": 4, "b": 4})
    return figure
