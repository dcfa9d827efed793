"""The front hall: navigation over the eight entries and a gallery of what each one does."""

import streamlit as st

from lib.entries import ENTRIES
from lib.ui import server

BUILT = {item.id: st.Page(f"pages/{item.id}.py", title=item.name, icon=item.icon) for item in ENTRIES if item.built}


def gallery() -> None:
    from lib.ui import story

    story.hall(ENTRIES, BUILT)


if __name__ == "__main__":
    st.set_page_config(page_title="관세 AX 스위트", page_icon="🛃", layout="wide")
    st.navigation(
        {"": [st.Page(gallery, title="처음 화면", icon="🛃", default=True)], "업무": list(BUILT.values())}
    ).run()
else:  # the web server imports this file to find the app it serves
    app = st.App(__file__, **server.options())
