"""The front hall: navigation over the eight entries and a gallery of what each one does."""

import streamlit as st

from lib.entries import ENTRIES
from lib.ui import guard, server


def gallery() -> None:
    officer = guard.hall()

    from lib.ui import story

    seen = [item for item in ENTRIES if officer.may(guard.May.SEE, item.id)]
    story.hall(seen, BUILT)


if __name__ == "__main__":
    there = guard.inside()
    st.set_page_config(page_title="관세 AX 스위트", page_icon="🛃", layout="wide")
    # All pages are always there, each behind its own guard; who has not logged in reads no name of them.
    BUILT = {
        item.id: st.Page(
            f"pages/{item.id}.py",
            title=item.name if there else "로그인",
            icon=item.icon if there else None,
            visibility="visible" if there and there.may(guard.May.SEE, item.id) else "hidden",
        )
        for item in ENTRIES
        if item.built
    }
    records = st.Page(
        "pages/records.py",
        title="기록·권한" if there else "로그인",
        icon="🧾" if there else None,
        visibility="visible" if there and there.may(guard.May.RECORDS) else "hidden",
    )
    front = st.Page(gallery, title="처음 화면" if there else "로그인", icon="🛃" if there else None, default=True)
    page = st.navigation(
        {"": [front], "업무": list(BUILT.values()), "관리": [records]} if there else [front, *BUILT.values(), records],
        position="sidebar" if there else "hidden",
    )
    if there and not there.local:
        with st.sidebar:
            guard.badge(there)
    page.run()
else:  # the web server imports this file to find the app it serves
    app = st.App(__file__, **server.options())
