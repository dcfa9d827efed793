"""What explains that imported goods leave again: it keeps honest firms out, and says so beside each link.

The origin declared for export never clears by itself: some declare China here and Korea there (도메인 조사).
"""

import numpy as np
import pandas as pd

from lib.entries.origin_laundering.ledger import PACKAGE, PIECE, Ledger
from lib.entries.origin_laundering.matching import Links
from lib.screening.limits import Limits

CLEARS = {  # why a link is explained; ordered, the first that holds is told
    "as_is": "수입한 그대로 외국산으로 수출신고함(원상태·반송·계약상이 수출)",
    "toll": "위탁·수탁가공 거래이며 가공으로 세번·중량이나 모델이 달라짐",
    "sample": "견본·광고용품(소량·소액)",
    "repair": "수리·검사하려고 들여와 다시 내보냄",
    "service": "수리·하자보수용 부품(소량·소액)",
    "processing": "세번 4단위가 바뀌고 중량·규격도 달라짐(실질 변형 여부 확인)",
    "value": "수입가보다 크게 높아 실제 가공·제조로 보임",
    "domestic": "수입량보다 훨씬 많이 수출하는 제조업체(국내 생산·조달분)",
}
LAW = "대외무역법 제38조, 대외무역관리규정 제85조·제86조(확인 필요)"
_SERVICE = r"(?:\bA/?S\b|WARRANTY|SPARE PART|하자|수리|보수)"
_SAMPLE = r"(?:SAMPLE|견본|샘플)"


def clear(ledger: Ledger, links: Links, limits: Limits) -> pd.DataFrame:
    """``links.rows`` with ``clears`` (a code of CLEARS, "" for none), ``korean`` (declared Korean for export), ``against``: an
    export declared as unchanged foreign goods (원상태) and yet of Korean origin.
    """
    rows = links.rows
    out, back = (
        side.rows.iloc[rows[name]].reset_index(drop=True)
        for side, name in ((ledger.exports, "exported"), (ledger.imports, "imported"))
    )
    meaning, brought = (np.array(ledger.meanings, dtype=object)[side["meaning"]] for side in (out, back))
    korean = (out["origin"] == ledger.place("KR")).to_numpy()
    cited = pd.Series(ledger.exports.lines["cited"].take(rows["exported"].to_numpy()).to_pandas()).fillna("")
    unchanged = (meaning == "as_is") | (cited.str.strip() != "").to_numpy()
    few = (out["quantity"] <= limits["sample_pieces"]).to_numpy() & (
        (out["unit"] == PIECE) | (out["unit"] >= PACKAGE)
    ).to_numpy()
    modest = (out["won"] < limits["service_krw"]).to_numpy()
    cheap = (out["won"] < limits["sample_krw"]).to_numpy()
    firm = pd.Series(out["firm"]).map(ledger.about.set_index("code")["factory"].map({True: 1.0, False: 0.0}))
    heading = (rows["hs"] == 3).to_numpy()
    reshaped = rows["size"].isin([2, 3]).to_numpy()
    uplift = rows["uplift"].to_numpy() * 100
    recoded = (rows["code"] > 1).to_numpy()
    holds = {
        "as_is": unchanged & ~korean,
        "toll": (meaning == "toll") & (brought == "toll") & ((rows["hs"] > 1).to_numpy() | reshaped | recoded & (uplift >= limits["real_uplift"])),
        "sample": cheap & ((meaning == "sample") | few & _says(ledger, rows, _SAMPLE)),
        "repair": (meaning == "repair") & ((brought == "repair") | ~korean),
        "service": few & modest & ((meaning == "repair") | _says(ledger, rows, _SERVICE)),
        "processing": heading & reshaped & (recoded | (uplift >= limits["real_uplift"])),
        "value": (uplift >= limits["real_uplift"]) & recoded,
        "domestic": (firm == 1.0).to_numpy() & recoded & (_cover(rows) * 100 < limits["domestic_cover"]),
    }  # fmt: skip
    told = np.select([holds[code] for code in CLEARS], [*CLEARS], "")
    return rows.assign(clears=told, korean=korean, against=unchanged & korean)


def _cover(rows: pd.DataFrame) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """How much of what goods leave as one item the imports can explain, over all its lines."""
    each = rows.drop_duplicates(["exported", "source"])
    mean = each.groupby("target")["covered"].mean()
    return rows["target"].map(mean).to_numpy(dtype=float)


def _says(ledger: Ledger, rows: pd.DataFrame, words: str) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    texts = ledger.exports.rows["text"].to_numpy()[rows["exported"].to_numpy()]
    each, place = np.unique(texts, return_inverse=True)
    written = pd.Series(ledger.words.take(each).to_pylist(), dtype=object).str.upper()
    return np.asarray(written.str.contains(words, regex=True).to_numpy(dtype=bool)[place])
