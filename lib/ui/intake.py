"""How things come in: the officer's photos, or demo data one tap away."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from lib.ui import guard, lens

Named = tuple[str, bytes]
WAYS = {"camera": "📷 촬영", "upload": "🖼️ 올리기", "paste": "📋 붙여넣기", "demo": "🎬 시연"}


def photos(key: str, demo: Sequence[tuple[Path, str]]) -> list[Named]:
    """One or many photos by camera, upload, paste or demo. ``demo``: files and their Korean titles."""
    way = st.segmented_control(
        "사진 넣는 방법",
        list(WAYS),
        format_func=WAYS.__getitem__,
        default="upload",
        required=True,
        key=f"{key}_way",
        label_visibility="collapsed",
        width="stretch",
    )
    if way != "demo" and guard.barred(guard.May.WORK):
        return []
    if way == "camera":
        return _photographed(key)
    if way == "upload":
        files = st.file_uploader(
            "성분표 사진을 올려 주십시오. 여러 장을 한꺼번에 올릴 수 있습니다.",
            accept_multiple_files=True,
            key=f"{key}_files",
        )
        return [(file.name, file.getvalue()) for file in files]
    if way == "paste":
        return _pasted(key)
    return _chosen(key, demo)


def _photographed(key: str) -> list[Named]:
    """By the phone's own camera (rear lens), or by the camera of this computer."""
    taken = lens.shot(f"{key}_lens")
    with st.expander("이 화면에서 바로 촬영(노트북·웹캠)", expanded=taken is None):
        shot = st.camera_input("성분표가 화면에 가득 차게 찍어 주십시오.", resolution="1080p", key=f"{key}_camera")
    if shot:
        return [("촬영.jpg", shot.getvalue())]
    return [taken] if taken else []


def _pasted(key: str) -> list[Named]:
    """The chat box takes images from the clipboard; what was pasted last stays until the next paste."""
    sent = st.chat_input(
        "복사한 사진을 여기에 붙여 넣고(Ctrl+V) 보내 주십시오.", accept_file="multiple", key=f"{key}_paste"
    )
    if sent and sent.files:
        st.session_state[f"{key}_pasted"] = [(file.name, file.getvalue()) for file in sent.files]
    elif sent:
        st.warning("붙여 넣은 사진이 없습니다. 사진을 복사한 뒤 입력란에서 Ctrl+V를 누르고 보내 주십시오.")
    kept: list[Named] = st.session_state.get(f"{key}_pasted", [])
    return kept


def _chosen(key: str, demo: Sequence[tuple[Path, str]]) -> list[Named]:
    titles = {str(path): title for path, title in demo}
    every = "모두 판정(여러 장)"
    picked = st.pills("시연 사진", [*titles, every], format_func=lambda p: titles.get(p, p), key=f"{key}_demo")
    if picked == every:
        return [(Path(path).name, Path(path).read_bytes()) for path in titles]
    return [(Path(picked).name, Path(picked).read_bytes())] if picked else []
