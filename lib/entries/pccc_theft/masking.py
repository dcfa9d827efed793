"""Personal data as it may be shown: enough to recognise, not enough to use."""

import re


def code(pccc: object) -> str:
    """P123456789012 -> P12********12."""
    text = str(pccc or "")
    return f"{text[:3]}{'*' * (len(text) - 5)}{text[-2:]}" if len(text) > 5 else "*" * len(text)


def name(person: object) -> str:
    """가나다 -> 가*다."""
    text = str(person or "").strip()
    if len(text) < 3:
        return text[:1] + "*" * (len(text) - 1)
    return text[0] + "*" * (len(text) - 2) + text[-1]


def phone(number: object) -> str:
    """010-0000-1234 -> 010-****-1234."""
    digits = re.sub(r"\D", "", str(number or ""))
    return f"{digits[:3]}-****-{digits[-4:]}" if len(digits) >= 8 else "*" * len(digits)


def address(place: object) -> str:
    """The road stays, every number after it goes: 가온시 나래구 한빛로 **."""
    text = str(place or "").strip()
    words = text.split()
    kept = next((words[:i] for i, word in enumerate(words) if re.search(r"\d", word)), words[:3])
    return " ".join(kept[:4]) + " ***" if text else ""
