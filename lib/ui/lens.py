"""The phone's own camera: the rear lens at full resolution, which Streamlit's camera widget does not choose.

A file input with ``capture`` opens the phone's camera application, needs neither HTTPS nor a permission dialogue, and on
a computer asks for a file instead.
"""

import base64
import binascii

import streamlit as st

_HTML = """
<label><input type="file" accept="image/*" capture="environment"><span id="say"></span></label>
"""
_CSS = """
label { display: block; padding: .9rem 1rem; border-radius: .7rem; background: var(--st-primary-color); color: #fff;
        font: 600 1.1rem var(--st-font); text-align: center; cursor: pointer; word-break: keep-all; }
label:focus-within { outline: 3px solid var(--st-text-color); }
input { position: absolute; opacity: 0; width: 1px; height: 1px; }
"""
_JS = """
export default function ({ parentElement, data, setStateValue }) {
  const input = parentElement.querySelector('input'), say = parentElement.querySelector('#say');
  say.textContent = data.invitation;
  input.onchange = () => {
    const file = input.files[0];
    if (!file) return;
    say.textContent = data.sending;
    const reader = new FileReader();
    reader.onload = () => setStateValue('photo', { name: file.name, content: reader.result.split(',')[1] || '' });
    reader.readAsDataURL(file);
    input.value = '';
  };
}
"""
_lens = st.components.v2.component("rear_lens", html=_HTML, css=_CSS, js=_JS)


def shot(key: str) -> tuple[str, bytes] | None:
    """A button that opens the phone's camera; the last photo taken with it, by name and content."""
    taken = _lens(
        key=key,
        data={"invitation": "📱 휴대전화 카메라로 촬영", "sending": "사진을 보내는 중입니다."},
        on_photo_change=lambda: None,
    ).photo
    if not taken:
        return None
    try:
        return str(taken["name"]), base64.b64decode(taken["content"], validate=True)
    except (KeyError, TypeError, binascii.Error):
        return "촬영.jpg", b""
