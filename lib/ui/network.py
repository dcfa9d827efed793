"""A small network to look around in: drag, zoom, click a point to open its neighbours, or a line for its rows.

pyvis draws it in a frame without origin and without network access, so that a hostile name is nothing but text. The
frame tells only the number of the point or line clicked; every word in it is data, never code.
"""

import re
from itertools import cycle
from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    import pandas as pd

MOST = 200
COLOURS = ("#2f7fd6", "#19a08c", "#a35bd0", "#0b7a8f", "#8a5a2b", "#d0569b")
RED, ORANGE, YELLOW, GREY = "#c62a2f", "#e0662f", "#c79a1b", "#7d8896"
GRADES = {
    "유력": RED,
    "우선확인": RED,
    "의심": ORANGE,
    "확인": ORANGE,
    "관심": YELLOW,
    "관찰": YELLOW,
    "정상": GREY,
    "해당없음": GREY,
}  # of a kind such as 「부호: 유력」
_CSP = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
_JS = """
export default function ({ parentElement, data, setTriggerValue }) {
  const place = parentElement.querySelector('div');
  if (place.dataset.drawn !== data.stamp) {
    const ink = getComputedStyle(place).color, frame = document.createElement('iframe');
    frame.sandbox = 'allow-scripts';
    frame.title = data.title;
    frame.style = `width:100%;height:${data.height}px;border:0;color-scheme:normal`;
    frame.srcdoc = data.html.replaceAll('#123456', ink);
    place.replaceChildren(frame);
    place.dataset.drawn = data.stamp;
  }
  const hear = (event) => {
    const frame = place.querySelector('iframe');
    if (frame && event.source === frame.contentWindow && Number.isInteger(event.data)) setTriggerValue('node', event.data);
  };
  window.addEventListener('message', hear);
  return () => window.removeEventListener('message', hear);
}
"""
_frame = st.components.v2.component(
    "link_network",
    html="<div></div>",
    css="div {color: var(--st-text-color); border: 1px solid var(--st-border-color); border-radius: .6rem}",
    js=_JS,
)


def draw(
    nodes: "pd.DataFrame",
    edges: "pd.DataFrame",
    *,
    title: str,
    key: str,
    chosen: str = "",
    height: int = 440,
    most: int = MOST,
) -> str | None:
    """Draw ``nodes`` (``id``, ``label``, ``kind``, and ``about``, ``size`` if known) and ``edges`` (``source``,
    ``target``, and ``label``, ``colour``, ``width``, ``id`` if known; those with an ``id`` are drawn as arrows). Returns the
    id of a point or line just clicked.
    """
    shown = nodes.drop_duplicates("id").head(most)
    if len(nodes) > most:
        st.caption(f"점이 많아 {most}개만 그렸습니다. 점을 눌러 주변을 펼쳐 보십시오.")
    others = cycle(COLOURS)
    colours = {kind: GRADES.get(kind.split(": ")[-1]) or next(others) for kind in dict.fromkeys(shown["kind"])}
    legend(colours)
    ids = list(shown["id"])
    html = page(shown, edges, colours, chosen, height)
    stamp = f"{hash((html, height))}"
    clicked = _frame(
        key=key, data={"html": html, "stamp": stamp, "height": height, "title": title}, on_node_change=lambda: None
    ).node
    if clicked is None:
        return None
    lines = list(edges["id"]) if "id" in edges else []
    one = int(clicked)
    if one < 0:
        return str(lines[-1 - one]) if -1 - one < len(lines) else None
    return str(ids[one]) if one < len(ids) else None


def legend(colours: dict[str, str]) -> None:
    """What the colours stand for."""
    from html import escape

    st.html(
        " ".join(
            f"<span style='white-space:nowrap;margin-right:.8rem'><span style='color:{colour}'>●</span> {escape(kind)}</span>"
            for kind, colour in colours.items()
        )
    )


def page(nodes: "pd.DataFrame", edges: "pd.DataFrame", colours: dict[str, str], chosen: str, height: int) -> str:
    """A page that needs nothing from anywhere; points are numbered in the order of ``nodes``."""
    from pyvis.network import Network

    net = Network(
        height=f"{height}px",
        width="100%",
        bgcolor="rgba(0,0,0,0)",
        font_color="#123456",
        cdn_resources="in_line",
        directed="id" in edges,
    )
    number = {one: i for i, one in enumerate(nodes["id"])}
    for row in nodes.to_dict("records"):
        about = "\n".join(_plain(row.get(part)) for part in ("kind", "label", "about") if row.get(part))
        net.add_node(
            number[row["id"]],
            label=_short(_plain(row["label"])),
            title=about,
            color=colours[row["kind"]],
            size=float(row.get("size") or 14),
            font={"size": 26 if len(nodes) <= 40 else 18},  # as much as fits when the whole is scaled to the frame
            borderWidth=5 if row["id"] == chosen else 1,
        )
    for i, edge in enumerate(edges.to_dict("records")):
        if edge["source"] in number and edge["target"] in number:
            told = {"id": -1 - i, "arrows": "to"} if "id" in edge else {}  # lines are numbered downward from -1
            net.add_edge(
                number[edge["source"]],
                number[edge["target"]],
                title=_plain(edge.get("label")),
                color=edge.get("colour") or "#8aa0b8",
                width=float(edge.get("width") or 1),
                **told,
            )
    net.options.physics.enabled = True
    if "id" in edges:  # room for arrows
        net.barnes_hut(gravity=-6000, central_gravity=0.4, spring_length=150)
    return _alone(net.generate_html())


def _alone(html: str) -> str:
    """pyvis' page without anything fetched from elsewhere, its own messages off, and a word when a point is clicked."""
    html = re.sub(r"<link\b[^>]*>|<script\b[^>]*\bsrc=[^>]*>\s*</script>", "", html)
    html = re.sub(r"<center>.*?</center>", "", html, flags=re.DOTALL)
    told = (
        "network.on('click', e => { const one = [...e.nodes, ...e.edges][0]; if (one !== undefined) parent.postMessage(one, '*'); });"
        "network.once('stabilized', () => setTimeout(() => network.fit(), 200)); return network;"
    )
    html = html.replace("return network;", told, 1)
    style = "<style>html,body{margin:0;background:transparent}.card,#mynetwork{border:0!important;float:none!important}</style>"
    head = f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{_CSP}">'
    return html.replace("<head>", f"<head>{head}", 1).replace("</head>", f"{style}</head>", 1)


def _short(text: str) -> str:
    return text if len(text) <= 24 else text[:23] + "…"


def _plain(text: Any) -> str:
    """Text that pyvis and vis take for nothing else; pyvis turns a title holding "href" into HTML."""
    return re.sub("href", "hre\u200bf", re.sub(r"[\x00-\x09\x0b-\x1f]", " ", str(text or "")), flags=re.IGNORECASE)
