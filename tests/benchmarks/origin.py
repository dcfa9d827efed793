"""Origin laundering: how long links take and how many are right, against plain rapidfuzz and TF-IDF on the same lines.

``main``: recall and precision by level of noise on a world with other parameters, peers on the same pairs of firms, and the
time and memory of growing sizes, each in a process of its own. ``child N``: N import and N export lines, read to ranked list.
"""

import resource
import subprocess
import sys
import time

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process
from sklearn.feature_extraction.text import TfidfVectorizer

from lib.entries.origin_laundering import demo, ledger, matching, screen, training
from lib.entries.origin_laundering.ledger import PART, Ledger
from lib.screening import limits as limits_of

SEEDS = range(400, 404)
SIZES = (100_000, 300_000, 1_000_000)
Pairs = pd.DataFrame  # exported, imported (rows of the ledger) and score


def ours(kept: Ledger) -> Pairs:
    """The likeliest import line of each export line."""
    rows = matching.link(kept, limits_of.load(screen.ENTRY, demo.END)).rows
    return pd.DataFrame(rows.rename(columns={"strength": "score"})[["exported", "imported", "score"]])


def in_blocks(kept: Ledger, likeness: object) -> Pairs:
    """The most alike import line of each export line of the same firm and HS6 (a line before it), by ``likeness`` of texts."""
    words = pd.Series(kept.words.to_pylist()).str.replace(PART, " ").to_numpy()
    keys = ["firm", "hs6"]
    blocks = kept.imports.rows.groupby(keys).indices
    told = []
    for key, lines in kept.exports.rows.groupby(keys).indices.items():
        lots = blocks.get(key)
        if lots is None:
            continue
        texts = [words[side.rows["text"].to_numpy()[at]] for side, at in ((kept.exports, lines), (kept.imports, lots))]
        alike = likeness(*texts)  # type: ignore[operator]
        later = kept.imports.rows["day"].to_numpy()[lots][None, :] > kept.exports.rows["day"].to_numpy()[lines][:, None]
        alike = np.where(later, -1.0, alike)
        best = alike.argmax(axis=1)
        told.append(
            pd.DataFrame({"exported": lines, "imported": lots[best], "score": alike[np.arange(len(lines)), best]})
        )
    return pd.concat(told, ignore_index=True)


def by_letters(kept: Ledger) -> Pairs:
    """Plain rapidfuzz token_sort_ratio."""
    return in_blocks(kept, lambda a, b: process.cdist(a, b, scorer=fuzz.token_sort_ratio, workers=2) / 100)


def by_trigrams(kept: Ledger) -> Pairs:
    """TF-IDF of three letters, cosine."""
    model = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), lowercase=True)
    model.fit([text.replace(PART, " ") for text in kept.words.to_pylist()])
    return in_blocks(kept, lambda a, b: (model.transform(a) @ model.transform(b).T).toarray())


def accuracy() -> None:
    """Best link of each export line at the threshold that suits each way best on worlds of the training kind."""
    ways = {"ours": ours, "rapidfuzz in blocks": by_letters, "TF-IDF trigrams in blocks": by_trigrams}
    for name, way in ways.items():
        edge = limits_of.load(screen.ENTRY, demo.END)["strong"] / 100 if way is ours else _edge(way)
        took, told, truths = 0.0, [], []
        for seed in SEEDS:
            made = demo.world(seed, world="eval")
            kept = ledger.keep(made.tables, demo.END)
            started = time.perf_counter()
            pairs = way(kept)
            took += time.perf_counter() - started
            told.append(_judged(made, kept, pairs))
            truths.append(made.links.to_pandas().drop_duplicates("export_no").assign(seed=seed))
        best = pd.concat([rows.assign(seed=seed) for rows, seed in zip(told, SEEDS, strict=True)])
        said = best[best["score"] >= edge]
        right = set(map(tuple, said.loc[said["same"], ["seed", "export_no"]].to_numpy()))
        lines = pd.concat(truths)
        lines["found"] = [(seed, no) in right for seed, no in zip(lines["seed"], lines["export_no"], strict=True)]
        levels = ", ".join(f"{n}: {share:.3f}" for n, share in lines.groupby("noise")["found"].mean().items())
        print(
            f"{name}: {took:.1f} s; lines with a link {len(said):,}, right {said['same'].mean():.3f}; "
            f"planted lines found {lines['found'].mean():.3f} (noise {levels}); threshold {edge:.2f}"
        )


def _judged(made: demo.World, kept: Ledger, pairs: Pairs) -> pd.DataFrame:
    best = pairs.sort_values("score", kind="stable").drop_duplicates("exported", keep="last")
    numbers = np.array(kept.exports.lines["item_no"].to_pylist(), dtype=object)
    same = training.same_goods(made, kept)(best["exported"], best["imported"])
    return best.assign(same=same, export_no=numbers[best["exported"]])


def _edge(way: object) -> float:
    """The threshold of the best F1 on two worlds of the training kind."""
    told, planted = [], 0
    for seed in (200, 201):
        made = demo.world(seed, world="train")
        kept = ledger.keep(made.tables, demo.END)
        told.append(_judged(made, kept, way(kept)))  # type: ignore[operator]
        planted += made.links["export_no"].combine_chunks().unique().__len__()
    rows = pd.concat(told)

    def f1(edge: float) -> float:
        said = rows[rows["score"] >= edge]
        return 2 * said["same"].sum() / max(len(said) + planted, 1)

    return float(max(np.arange(0.2, 0.99, 0.02), key=f1))


def child(n: int) -> None:
    """Ranked list of N x N lines, with the firms' evidence of the first three."""
    made = demo.lines(n, n)
    started = time.perf_counter()
    ranking = screen.screen(made.tables, as_of=demo.END)
    ranking.findings(3)
    took = time.perf_counter() - started
    links = len(ranking.links)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{n:,} x {n:,} lines: {took:.1f} s to the ranked list, {links:,} links, {len(ranking.rows):,} firms, peak {peak:.1f} GiB"
    )


def main() -> None:
    """Everything."""
    accuracy()
    for n in SIZES:
        subprocess.run([sys.executable, "-m", "tests.benchmarks.origin", "child", str(n)], check=True)
    made = demo.lines(100_000, 100_000)
    kept = ledger.keep(made.tables, demo.END)
    seconds = {}
    for way in (ours, by_letters, by_trigrams):
        started = time.perf_counter()
        way(kept)
        seconds[way.__name__] = time.perf_counter() - started
    print(
        f"100,000 x 100,000 lines, links alone: ours {seconds['ours']:.1f} s, rapidfuzz in blocks {seconds['by_letters']:.1f} s, "
        f"TF-IDF in blocks {seconds['by_trigrams']:.1f} s"
    )


if __name__ == "__main__":
    if sys.argv[1] == "child":
        child(int(sys.argv[2]))
    else:
        main()
