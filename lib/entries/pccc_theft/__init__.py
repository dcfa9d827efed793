"""도용 걱정 없는 해외직구: declarations made under somebody else's customs code, ranked, judged and watched."""
