"""The register of entries: who made it, what it is for, and whether its page stands yet."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One entry of the June 2026 contest. ``built`` entries have a page."""

    id: str
    name: str
    title: str
    office: str
    award: str
    icon: str
    problem: str
    benefit: str
    built: bool = False

    @property
    def customs(self) -> str:
        """The customs office, without its department."""
        return self.office.split()[0]


ENTRIES = (
    Entry(
        "hazard_photo",
        "사진 한 장 식의약품 판정",
        "직원은 편리하게 국민은 안전하게, 사진 한 장으로 막는 해외불법 식의약품",
        "광주세관 조사과",
        "최우수상",
        "📷",
        "해외 식품·의약품의 외국어 성분표를 반입차단 목록과 한 줄씩 대조해야 했습니다.",
        "라벨 사진 한 장으로 차단 성분과 근거, 다음 조치를 몇 초 안에 알려 줍니다.",
        built=True,
    ),
    Entry(
        "fetch",
        "무역·외환 추적 FETCH",
        '무역외환 범죄 "FETCH"가 추적해서 물어온다',
        "서울세관 조사2국 외환조사총괄과",
        "우수상",
        "🐕",
        "신고한 무역과 실제로 오간 돈이 어긋나도 자료가 흩어져 있어 찾기 어렵습니다.",
        "신고와 지급·영수를 맞추어 설명되지 않는 금액과 그 행을 보여 줍니다.",
        built=True,
    ),
    Entry(
        "address_reading",
        "AI 주소 판독",
        "개인이 쓸 것처럼 직구해 '되팔이·탈세'... 'AI 주소 판독'으로 차단합니다",
        "인천세관 세관운영과",
        "우수상",
        "🏠",
        "제각각인 영문 주소 뒤에 숨은 되팔이 사업장을 눈으로 가려내기 어렵습니다.",
        "영문 주소를 표준 도로명주소로 바꾸고 사업장 가능성과 상업성을 나누어 보여 줍니다.",
        built=True,
    ),
    Entry(
        "bonded_cargo",
        "반출입신고 알림",
        "반출입신고 놓치기 전에 AI가 알려드립니다",
        "인천공항세관 세관운영과",
        "본선 진출작",
        "📦",
        "보세화물의 반출입신고를 놓치면 뒤늦게 알게 됩니다.",
        "기한이 지나기 전에 빠진 신고를 찾아 미리 알려 줍니다.",
        built=True,
    ),
    Entry(
        "pccc_theft",
        "통관부호 도용 탐지",
        "도용 걱정 없는 해외직구 관세청이 만들어갑니다",
        "인천공항세관 여행자통관2국",
        "본선 진출작",
        "🪪",
        "남의 개인통관고유부호로 들여오는 해외직구가 정상 거래에 섞여 있습니다.",
        "도용이 의심되는 신고를 이유와 함께 골라 보여 줍니다.",
        built=True,
    ),
    Entry(
        "duty_free",
        "면세점 구매자 선별",
        "시내면세점 우범 구매자 선별 자동화시스템 고도화",
        "서울세관 통관국 수출입물류과",
        "본선 진출작",
        "🛍️",
        "수많은 시내면세점 구매자 가운데 우범 구매자를 사람이 골라 왔습니다.",
        "구매 내역에서 우선 볼 구매자를 근거와 함께 순서대로 제시합니다.",
        built=True,
    ),
    Entry(
        "origin_laundering",
        "원산지 세탁 분석",
        "전산초보가 AI로 만든 빅데이터 분석모델, 원산지 세탁 잡아내다!",
        "부산세관 통관국 통관총괄과",
        "본선 진출작",
        "🌏",
        "외국 물품이 한국산으로 둔갑해 나가도 수입과 수출을 이어 보기 어렵습니다.",
        "수입신고와 수출신고를 나란히 놓아 같은 물품으로 보이는 쌍을 찾아 줍니다.",
        built=True,
    ),
    Entry(
        "audit",
        "감사 조력 대감집",
        "AI 기반 감사 조력 플랫폼 - 대감집",
        "대구세관 감사담당관",
        "본선 진출작",
        "📚",
        "감사에 쓸 규정과 지난 지적 사례를 찾는 데 시간이 많이 듭니다.",
        "쓰는 말 그대로 물으면 규정과 사례, 근거 원문을 찾아 줍니다.",
        built=True,
    ),
)


def entry(id: str) -> Entry:
    """The entry of that id; ``KeyError`` when there is none."""
    return {item.id: item for item in ENTRIES}[id]
