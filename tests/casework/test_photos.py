"""A photo handed in is kept whole under its hash, once, and found again."""

import errno
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from lib.casework import DatabaseUnavailable, StorageFull, UnknownPhoto, keep_photo, photo_path

pytestmark = pytest.mark.usefixtures("data_dir")
PHOTO = b"\xff\xd8 a photo" * 1000
HASH = hashlib.sha256(PHOTO).hexdigest()


def files(folder):
    return [path for path in (folder / "photos").rglob("*") if path.is_file()]


def test_a_photo_is_found_by_its_hash(data_dir):
    kept = keep_photo(PHOTO, HASH, ".jpg")
    assert photo_path(HASH) == kept
    assert kept.read_bytes() == PHOTO
    assert kept.suffix == ".jpg"
    assert kept.is_relative_to(data_dir / "photos")


def test_the_same_photo_again_is_kept_once(data_dir):
    with ThreadPoolExecutor(8) as pool:
        paths = set(pool.map(lambda _: keep_photo(PHOTO, HASH, ".jpg"), range(16)))
    assert paths == {keep_photo(PHOTO, HASH, ".jpeg")}
    assert files(data_dir) == [photo_path(HASH)]


def test_bytes_under_another_hash_are_refused(data_dir):
    with pytest.raises(ValueError, match="hash"):
        keep_photo(PHOTO + b"!", HASH, ".jpg")
    assert not files(data_dir)


@pytest.mark.parametrize("suffix", ["", "jpg", "./x", ".jpg/../../x", ".JPG"])
def test_a_suffix_is_only_a_suffix(data_dir, suffix):
    with pytest.raises(ValueError, match="suffix"):
        keep_photo(PHOTO, HASH, suffix)
    assert not files(data_dir)


@pytest.mark.parametrize("asked", [HASH, "../cases", "", "*" * 64])
def test_a_photo_never_kept_is_said_so(asked):
    with pytest.raises(UnknownPhoto, match="사진을 다시"):
        photo_path(asked)


@pytest.mark.parametrize(("code", "kind"), [(errno.ENOSPC, StorageFull), (errno.EROFS, DatabaseUnavailable)])
def test_a_disk_that_fails_midway_leaves_no_half_photo(monkeypatch, data_dir, code, kind):
    def fail(_handle):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(kind):
        keep_photo(PHOTO, HASH, ".jpg")
    assert not files(data_dir)
