"""Past findings counted and drawn: topic by year, disposition by year."""

from collections import Counter
from collections.abc import Sequence

import plotly.graph_objects as go

from lib.entries.audit.findings import DISPOSITIONS, Record

COLOURS = ("#c62a2f", "#7b3fe4", "#0b4ea2", "#e0662f", "#b7791f", "#19a08c", "#2f7fd6", "#6f8296", "#93a3b5")


def years(records: Sequence[Record]) -> list[int]:
    """Of the findings, in order."""
    return sorted({one.year for one in records})


def by_topic(records: Sequence[Record]) -> go.Figure:
    """Findings by topic (the most frequent on top) and year."""
    counts = Counter((one.topic, one.year) for one in records)
    topics = [topic for topic, _ in Counter(one.topic for one in records).most_common()]
    cells = [(topic, year, counts[topic, year]) for topic in topics for year in years(records) if counts[topic, year]]
    most = max(count for *_, count in cells)
    figure = go.Figure(
        go.Scatter(  # a heat map's cells cannot be chosen
            x=[str(year) for _, year, _ in cells],
            y=[topic for topic, *_ in cells],
            mode="markers+text",
            text=[str(count) for *_, count in cells],
            textfont={"color": ["#ffffff" if count > 0.45 * most else "#16202c" for *_, count in cells], "size": 13},
            marker={
                "symbol": "square",
                "size": 26,
                "color": [count for *_, count in cells],
                "colorscale": [[0, "#dbe7f5"], [1, "#0b4ea2"]],
                "cmin": 0,
                "cmax": most,
            },
            hovertemplate="%{y}<br>%{x}년 %{text}건<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed", ticksuffix=" ", categoryarray=topics, type="category", showgrid=False)
    figure.update_xaxes(
        side="top",
        type="category",
        categoryarray=[str(year) for year in years(records)],
        ticksuffix="년",
        showgrid=False,
    )
    figure.update_layout(
        height=70 + 32 * len(topics), margin={"l": 8, "r": 8, "t": 8, "b": 8}, clickmode="event+select"
    )
    return figure


def by_disposition(records: Sequence[Record]) -> go.Figure:
    """Dispositions by year, stacked."""
    counts = Counter((done.kind, one.year) for one in records for done in one.dispositions)
    told = years(records)
    figure = go.Figure(
        [
            go.Bar(
                name=kind,
                x=[str(year) for year in told],
                y=[counts[kind, year] for year in told],
                marker_color=colour,
                hovertemplate=f"{kind}<br>%{{x}}년 %{{y}}건<extra></extra>",
            )
            for kind, colour in zip(DISPOSITIONS, COLOURS, strict=True)
            if any(counts[kind, year] for year in told)
        ]
    )
    figure.update_xaxes(type="category", ticksuffix="년")
    figure.update_yaxes(title="처분 건수")
    figure.update_layout(
        barmode="stack", height=380, margin={"l": 8, "r": 8, "t": 8, "b": 8}, legend={"orientation": "h", "y": -0.15}
    )
    return figure
