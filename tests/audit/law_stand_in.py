"""Made-up laws in the shape of 국가법령정보's open API, and a real HTTP server on loopback that gives them as it does."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.stand_in import HttpStandIn

REFUSED = (
    '<?xml version="1.0" encoding="UTF-8"?><Response><result>사용자 정보 검증에 실패하였습니다.</result>'
    "<msg>정확한 서버장비의 IP주소 및 도메인주소를 등록해 주세요.</msg></Response>"
)
PAGE = '<!DOCTYPE html><html lang="ko"><body>미신청된 목록/본문에 대한 접근입니다.</body></html>'


def leaf(tag: str, text: object) -> str:
    return f"<{tag}><![CDATA[{text}]]></{tag}>"


def article(number: int, text: str, title: str = "", *within: str, branch: int = 0, day: str = "20240101", what: str = "조문") -> str:  # fmt: skip
    return (
        f'<조문단위 조문키="{number:04d}001"><조문번호>{number}</조문번호>'
        + (f"<조문가지번호>{branch}</조문가지번호>" if branch else "")
        + f"<조문여부>{what}</조문여부>{leaf('조문제목', title) if title else ''}<조문시행일자>{day}</조문시행일자>"
        + f"{leaf('조문내용', text)}{''.join(within)}</조문단위>"
    )


def annex(number: int, title: str, text: str = "", branch: int = 0, what: str = "별표", link: str = "/LSW/flDownload.do?flSeq=7") -> str:  # fmt: skip
    return (
        f'<별표단위 별표키="{number:04d}{branch:02d}E"><별표번호>{number:04d}</별표번호><별표가지번호>{branch:02d}</별표가지번호>'
        f"<별표구분>{what}</별표구분>{leaf('별표제목', title)}<별표서식파일링크>{link}</별표서식파일링크>"
        f"<별표HWP파일명>예시{number}.hwp</별표HWP파일명>{leaf('별표내용', text)}</별표단위>"
    )


def statute(law: str, *articles: str, day: str = "20240101", annexes: str = "", change: str = "일부개정", kind: str = "법률") -> str:  # fmt: skip
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><법령 법령키="0000012024"><기본정보><법령ID>000001</법령ID>'
        f'<공포일자>20231231</공포일자><공포번호>99999</공포번호><법종구분 법종구분코드="A0002">{kind}</법종구분>'
        f"{leaf('법령명_한글', law)}<시행일자>{day}</시행일자><제개정구분>{change}</제개정구분></기본정보>"
        f"<조문>{''.join(articles)}</조문><부칙><부칙단위>{leaf('부칙내용', '제1조(시행일) 예시')}</부칙단위></부칙>"
        f"<별표>{annexes}</별표></법령>"
    )


def rule(law: str, *texts: str, day: str = "20240101", current: str = "Y", annexes: str = "", root: str = "AdmRulService") -> str:  # fmt: skip
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><{root}><행정규칙기본정보>{leaf("행정규칙명", law)}<행정규칙종류>고시</행정규칙종류>'
        f"<발령일자>{day}</발령일자><시행일자>{day}</시행일자><제개정구분명>일부개정</제개정구분명><소관부처명>관세청</소관부처명>"
        f"<현행여부>{current}</현행여부></행정규칙기본정보>{''.join(leaf('조문내용', text) for text in texts)}<별표>{annexes}</별표></{root}>"
    )


@dataclass
class Held:
    """One text the service has. ``number``: MST or ID."""

    name: str
    target: str
    number: str
    body: str
    office: str = "관세청"
    state: str = "현행"


class StandIn(HttpStandIn):
    """Takes whoever brings ``key`` as OC. ``held``: the laws and rules it has."""

    hang = 0.6

    def __init__(self, key: str = "stand-in+oc/==") -> None:
        super().__init__(key)
        self.held: list[Held] = []

    @property
    def asked(self) -> list[str]:
        """Page, target and what each request asked for."""
        told = []
        for path in self.requests:
            split = urlsplit(path)
            query = {key: values[0] for key, values in parse_qs(split.query).items()}
            what = query.get("query") or query.get("MST") or query.get("ID")
            told.append(f"{split.path.rpartition('/')[2]} {query['target']} {what}")
        return told

    def answer(self, path: str, sent: Any) -> tuple[int, str]:
        split = urlsplit(path)
        asked = {key: values[0] for key, values in parse_qs(split.query).items()}
        if asked.get("OC") != self.key or asked.get("type") != "XML":
            return 200, REFUSED
        of_target = [one for one in self.held if one.target == asked.get("target")]
        if split.path == "/DRF/lawService.do":
            number = asked.get("MST" if asked["target"] == "law" else "ID")
            body = next((one.body for one in of_target if one.number == number), "")
            return 200, body or "<Law>일치하는 법령이 없습니다. 법령명을 확인하여 주십시오.</Law>"
        if split.path != "/DRF/lawSearch.do":
            return 404, PAGE
        found = [one for one in of_target if asked["query"] in one.name]
        size, page = int(asked["display"]), int(asked["page"])
        rows = "".join(map(_row, found[size * (page - 1) : size * page]))
        root = "LawSearch" if asked["target"] == "law" else "AdmRulSearch"
        return 200, f"<{root}><target>{asked['target']}</target><totalCnt>{len(found)}</totalCnt><page>{page}</page>{rows}</{root}>"  # fmt: skip


def _row(one: Held) -> str:
    if one.target == "law":
        return f'<law id="1"><법령일련번호>{one.number}</법령일련번호><현행연혁코드>{one.state}</현행연혁코드>{leaf("법령명한글", one.name)}<시행일자>20240101</시행일자></law>'  # fmt: skip
    return (
        f'<admrul id="1"><행정규칙일련번호>{one.number}</행정규칙일련번호>{leaf("행정규칙명", one.name)}'
        f"<소관부처명>{one.office}</소관부처명><현행연혁구분>{one.state}</현행연혁구분><시행일자>20240101</시행일자></admrul>"
    )
