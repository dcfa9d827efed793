"""Hostile words, where they are planted, and what a page may not become with them on it."""

import csv
import io
import re
from importlib import import_module
from urllib.parse import urlsplit
from zipfile import ZipFile
from zlib import crc32

from playwright.sync_api import ConsoleMessage, Frame, Page, Request, Response

from lib.settings import DATA
from lib.tables.contract import Column, Table

AWAY = "http://127.0.0.1:9/"  # nothing answers there, and nothing may ask
WORDS = (
    '<img src=x onerror="window.pwned=1">',
    "<script>window.pwned=1</script>",
    '"><svg onload=window.pwned=1>',
    "'-alert(1)-'",
    "[pwnlink](javascript:window.pwned=1)",
    f"![pwnpicture]({AWAY}x.png)",
    f"[pwnlink]({AWAY})",
    r"$$\href{javascript:window.pwned=1}{pwnmath}$$",
    ":material/pwnicon: **pwnbold**",
    ":material_pwnicon: :red[pwnred]",
    f'=HYPERLINK("{AWAY}","pwn")',
    "{{7*7}} %{x} ${7*7}",
    "\u202epwn\u202c\u200b\ufeffpwn",
    f'<a href="{AWAY}"><b>pwnhtml</b></a>',  # the markup Plotly knows
    "</script><script>window.pwned=1</script>",
    "</textarea></title></style><img src=x onerror=window.pwned=1>",
)
ALL = " ".join(WORDS)
NAME = f"「**pwnbold**」 [pwnlink]({AWAY}) <img src=x onerror=window.pwned=1> $$pwnmath$$"  # of a file
# Columns whose words decide how a row is read: hostile in some rows only, or nothing would be left to show.
DECIDING = {
    "address_reading": {"배송지 주소", "통화", "신고구분"},
    "bonded_cargo": {"처리구분", "휴대전화", "발신번호"},
    "duty_free": {"체류자격", "국적"},
    "fetch": {"거래구분", "결제방법", "인도조건", "적출국", "원산지", "목적국", "구매자국가", "국가", "상대방국가", "사유코드"},
    "origin_laundering": {"거래구분", "적출국", "원산지", "목적국", "수량단위", "통화"},
    "pccc_theft": set(),
}  # fmt: skip
SOME = 40

# What markup, had it been taken for such, leaves in a document; shadow roots too.
_BROKEN = """away => {
  const found = [];
  if (window.pwned !== undefined) found.push('a script ran');
  const look = root => {
    for (const e of root.querySelectorAll('*')) {
      if (e.shadowRoot) look(e.shadowRoot);
      const told = () => found.push(e.outerHTML.slice(0, 300)), own = e.textContent.trim();
      for (const name of ['href', 'xlink:href', 'src', 'action', 'data', 'formaction']) {
        const to = e.getAttribute(name) || '';
        if (to === 'x' || to.startsWith(away) || /^\\s*javascript:/i.test(to)) told();
      }
      if (e.getAttributeNames().some(name => name.startsWith('on'))) told();
      if (e.tagName === 'SCRIPT' && own.startsWith('window.pwned')) told();
      if (e.classList.contains('katex')) told();
      const drawn = e.tagName !== 'SPAN' || e.role === 'img' || e.className.includes?.('stMarkdown');  // not the reader's own marks
      if (drawn && /^pwn(link|picture|math|icon|bold|red|html)$/.test(own) && !e.children.length) told();
    }
  };
  look(document);
  return found;
}"""
_SHOWN = """() => {
  const look = root => [...root.querySelectorAll('*')].map(e => e.shadowRoot ? look(e.shadowRoot) : '').join(' ') + root.textContent;
  const fields = [...document.querySelectorAll('input, textarea')].map(e => e.value).join(' ');
  return look(document.body) + ' ' + fields;
}"""


class Watch:
    """What a page asked for, was told, and showed, from its first moment."""

    def __init__(self, page: Page, port: int) -> None:
        self.page, self.port = page, port
        self.troubles: list[str] = []
        self.seen: set[str] = set()
        page.on("request", self._asked)
        page.on("response", self._answered)
        page.on("console", self._said)

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and parts.port != self.port:
            self.troubles.append(f"asked elsewhere: {request.url}")

    def _answered(self, response: Response) -> None:
        parts = urlsplit(response.url)
        if parts.port != self.port:
            return
        told = response.headers
        wanted = {
            "x-content-type-options": "nosniff",
            "x-frame-options": "SAMEORIGIN",
            "referrer-policy": "same-origin",
        }
        good = all(told.get(name) == value for name, value in wanted.items())
        if not good or "frame-ancestors 'self'" not in told.get("content-security-policy", ""):
            self.troubles.append(f"without its headers: {response.status} {response.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.troubles.append(f"the policy had to refuse: {message.text}")

    def look(self, where: str) -> None:
        """Note whatever was planted and has become anything but text, in any frame."""
        for frame in self.page.frames:
            self.troubles += [f"{where}: {one}" for one in broken(frame)]
        shown = self.page.evaluate(_SHOWN).replace("\u2060", "")
        self.troubles += [f"{where}: {one}" for one in ("Traceback", "오류 번호") if one in shown]
        self.seen |= {word for word in WORDS if word in shown}

    def done(self) -> None:
        """What holds of the whole visit."""
        troubles = list(dict.fromkeys(self.troubles))
        assert not troubles, "\n".join(troubles)


def broken(frame: Frame) -> list[str]:
    """Elements of a frame that hostile words have made."""
    found: list[str] = frame.evaluate(_BROKEN, AWAY)
    return found


def word(value: str) -> str:
    """The same for the same value, so that what belongs together stays together."""
    return WORDS[crc32(value.encode()) % len(WORDS)]


def planted(entry: str) -> dict[str, bytes]:
    """The demo tables of an entry by title, hostile words in every text the contracts let through, and strange columns."""
    contracts: dict[str, Table] = import_module(f"lib.entries.{entry}.tables").TABLES
    made = {}
    for name, table in contracts.items():
        path = DATA / entry / "demo" / f"{name}.csv"
        if path.exists():
            made[table.title] = _planted(path.read_text("utf-8-sig"), table, DECIDING[entry])
    return made


def _planted(text: str, table: Table, deciding: set[str]) -> bytes:
    from lib.tables.checking import match_headers

    header, *rows = csv.reader(io.StringIO(text))
    by_header = {title: table.column(name) for name, title in match_headers(header, table).items()}
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*header, *WORDS[:6]])
    for number, row in enumerate(rows):
        cells = [
            _mixed(cell, by_header.get(title), title in deciding and number % SOME != 0)
            for title, cell in zip(header, row, strict=True)
        ]
        writer.writerow([*cells, *WORDS[:6]])
    return out.getvalue().encode()


def _mixed(cell: str, column: Column | None, spared: bool) -> str:
    free = column is not None and column.kind == "text" and not (column.pattern or column.choices or column.code)
    if not cell or spared or not free:
        return cell
    assert column
    return f"{cell} {word(cell)}" if "주소" in column.title else f"{word(cell)} {cell}"


def formulas(data: bytes, name: str) -> list[str]:
    """Cells of a downloaded table that a spreadsheet would act on."""
    if name.endswith(".csv"):
        cells = [cell for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for cell in row]
        return [cell for cell in cells if re.match(r"[=+@\t\r]|-(?![\d,.]+$|$)", cell)]
    found = []
    with ZipFile(io.BytesIO(data)) as book:
        for part in book.namelist():
            xml = book.read(part).decode("utf-8", "ignore")
            found += [f"{part}: {mark}" for mark in ("<f>", "<f ", "<hyperlink", "TargetMode=") if mark in xml]
    return found
