"""What is not answered on principle: how to hide things from an audit, and what discipline somebody will get; and what others answer."""

import csv
import re
from functools import cache

from lib.settings import DATA

HIDING = (
    "감사나 조사에 대비해 사실을 감추거나 자료를 없애고 고치는 방법에는 답하지 않습니다. "
    "적극행정 면책, 부적정 업무처리 자진신고 감경 같은 제도는 물어보실 수 있습니다."
)
FORETELLING = (
    "특정인이 받을 징계나 처분은 예측하지 않습니다. 징계의 종류와 절차, 양정 기준, 소청은 물어보실 수 있습니다."
)


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


_AUDIT = _any(r"감사(?!합|드|해요|히|했|하다는|의 마음|패|장)", "감찰", "점검", "조사(?!서|원)", "실사", "세관 ?검사")
_TO_HIDE = _any(
    "지우", "지워", "지울", "삭제", "없애", "없앨", "파기", "폐기(?!용역|물)", "파쇄", "갈아 ?버", "태우", "태워", "(?<!잃어)버리", "버려(?!진)", "버릴", "포맷",
    "숨기", "숨길", "숨겨", "감추", "감춰", "감출", "빼고 내", "빼돌", "빼놓", "치워", "치우", "바꿔 ?놓", "바꿔치", "조작", "위조", "변조", "꾸미", "꾸며", "손보", "손봐",
    "손을 보", "돌려 ?놓", "소급", "날짜.{0,8}(맞춰|고쳐|바꿔|바꾸)", "덮", r"말을?\s*맞", "입을? ?맞", "짜 ?맞", "가짜", "누렇게", "둘러대", "둘러댈", "거짓", "늘려 ?적", "부풀",
    r"(나중에|뒤늦게|사후에).{0,6}(맞춰|맞추|써|쓰는|적어|적는|만들)",
)  # fmt: skip
_UNSEEN = _any(
    "들키", "들킬", r"안\s*걸리", r"걸리지\s*않", "걸릴까", "안걸", r"티\s*(안|나지|가 안)", "모르겠지", "모르게", r"눈치", r"못\s*(찾|보|알)", r"안\s*남", r"복구\s*(안|못|할 수 없)",
    "넘어갈", "흔적", "감쪽", "것처럼", "문서처럼", "발각", r"적발\s*(안|되지)", "빠져나", "피해 ?갈",
)  # fmt: skip
_SLIPPING = _any(
    r"(들키지\s*않|안\s*들키|안\s*걸리|걸리지\s*않|(지적|적발)\s*안?\s*(당하|되|받)지?\s*않?)(게|고|으려면|려면|는\s*(법|방법)|을\s*방법).{0,30}(맞춰|고치|고쳐|바꾸|바꿔|만들|꾸미|빼)",
    r"(들키지\s*않|안\s*들키|안\s*걸리|걸리지\s*않)(게|고|으려면|려면|는\s*(법|방법)|을\s*방법)",
    r"(감사|감찰|조사|세관|상급)\S{0,4}\s?(이|가|도|은|는)?\s*모르게",
)
_HOW = _any(
    "방법", "요령", "어떻게", "알려", "좀요", r"[는은을]\s*법", "려면", "좋을까", "좋은", "있을까", "있나", "싶", "괜찮", "해도 되", "도 되", "될까", "안전", "뭐부터", "합니까", "하죠",
)  # fmt: skip
_ABOUT_LAW = _any(
    "처벌", "벌칙", "벌금", "징역", "과태료", r"[은인는떤]\s*죄", "몰수", "절차", "승인", "보존기간", "보관기간", "몇 년", "규정", "기준", "어떻게 [되돼]", "발견", "막을", "업체가", "업자가", "면책", "자진신고",
)  # fmt: skip
_RANK = r"(과장|팀장|주무관|계장|국장|사무관|서기관|세관장|청장|반장|조사관|실장|행정관|주사보?|서기|주임)"
_SOMEBODY = _any(
    rf"[가-힣A-Z○]{{1,4}}\s*{_RANK}", rf"{_RANK}님", r"[가-힣]{2,4}\s*씨", r"(우리|그|이번|저희|옆|아는)\s*(\S+\s*)?(직원|사람|분|동료)", r"직원\s*[A-Z]",
    r"(^|\s)(저는|제가|저|나는|내가|난|전)\s", "남편", "아내", "친구", "동료", "후배", "선배", "상사", "동기",
)  # fmt: skip
_SANCTION = _any(
    "징계", "파면", "해임", "강등", "정직", "감봉", "견책", "처분", "잘리", "잘릴", "옷 벗", "직위해제", "문책"
)
_GUESS = _any(
    r"될까", r"될지", r"받을까", r"받을지", "먹을까", "먹을지", "끝날까", "끝날지", "나올까", "나올지", "일까요", "일까", "맞을까", "당할까", "예상", "예측", "확률", "가능성", "찍어", "점쳐",
    "네 생각", "어떻게 보", "몇 ?퍼센트", "수위.{0,6}(어느|얼마|어떻)", "(받게|나오게) 될",
)  # fmt: skip
_NAMED = re.compile(
    rf"(?<![가-힣])(?!심사|조사|감사|통관|운영|징수|정보|기획|총무|공항|우편|이사|주무|민원)[김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민나진지엄채원천방공현함변염여추도소석선설마길]"
    rf"[가-힣]{{1,2}}\s+{_RANK}"
)
_WHICH = _any(
    r"(무슨|어떤|어느|몇\s*개월)\s*(\S+\s*)?(징계|처분|정직|감봉)", r"(징계|처분)\S*\s*(얼마나|어느 정도|받게)"
)
_IN_GENERAL = _any("종류", "기준", "규정", "절차", "참작", "감경", "시효", "소청")


def refused(question: str) -> str:
    """Why it is not answered, in Korean; "" where it may be."""
    told = re.sub(r"\s+", " ", question)
    hides, unseen, audit = _TO_HIDE.search(told), _UNSEEN.search(told), _AUDIT.search(told)
    asks, law = _HOW.search(told), _ABOUT_LAW.search(told)
    if (
        (hides and unseen and not (law and not audit))
        or (hides and audit and asks and not law)
        or (_SLIPPING.search(told) and asks)
    ):
        return HIDING
    foretells = _SOMEBODY.search(told) and _SANCTION.search(told) and _GUESS.search(told)
    named = _NAMED.search(told) and _WHICH.search(told) and "규정" not in told
    return FORETELLING if (foretells or named) and not _IN_GENERAL.search(told) else ""


def elsewhere(question: str) -> str:
    """That these laws do not govern it, and who is to be asked, in Korean; "" where the question speaks of no such thing."""
    for words, where in _others():
        if words.search(question):
            return "이 도구가 다루지 않는 일로 보입니다." + (f" {where}에 물어보십시오." if where else "")
    return ""


@cache
def _others() -> tuple[tuple[re.Pattern[str], str], ...]:
    with (DATA / "audit" / "elsewhere.csv").open(encoding="utf-8", newline="") as file:
        return tuple((re.compile(row["words"]), row["where"]) for row in csv.DictReader(file))
