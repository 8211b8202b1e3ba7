"""Compares a wheel with what Python's own build made: the wheel and the source archive in a folder.

compare_wheels.py WHEEL FOLDER

The wheels must have the same files, byte for byte. Only the line in `WHEEL` that names the program may differ, and with
it that file's line in `RECORD`. The source archive must have all that the wheel is made from.
"""

import base64
import hashlib
import sys
import tarfile
import zipfile
from pathlib import Path


def contents(wheel: Path) -> dict[str, bytes]:
    """The files in the wheel, without what may differ."""
    with zipfile.ZipFile(wheel) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    for name in files:
        if name.endswith((".dist-info/WHEEL", ".dist-info/RECORD")):
            lines = files[name].splitlines(keepends=True)
            files[name] = b"".join(each for each in lines if b"/WHEEL," not in each and b"Generator:" not in each)
    return files


def check_record(wheel: Path) -> None:
    """Every file must have the hash and the length that `RECORD` says."""
    with zipfile.ZipFile(wheel) as archive:
        record = next(name for name in archive.namelist() if name.endswith(".dist-info/RECORD"))
        rows = [row.split(",") for row in archive.read(record).decode().splitlines()]
        if [row[0] for row in rows] != archive.namelist():
            sys.exit(f"{record} lists other files than {wheel.name} has")
        for name, told, length in rows:
            raw = archive.read(name)
            digest = base64.urlsafe_b64encode(hashlib.sha256(raw).digest()).rstrip(b"=").decode()
            if name != record and (told, length) != (f"sha256={digest}", str(len(raw))):
                sys.exit(f"{record} is wrong about {name}")


def main(wheel: Path, folder: Path) -> None:
    """Ends with a message about the first difference."""
    (built,) = folder.glob("*.whl")
    check_record(wheel)
    ours, theirs = contents(wheel), contents(built)
    if list(ours) != list(theirs):
        sys.exit(f"the files differ: {sorted(ours.keys() ^ theirs.keys()) or 'their order'}")
    for name, content in ours.items():
        if content != theirs[name]:
            sys.exit(f"{name} differs:\n{content.decode()}\n--- built by Python:\n{theirs[name].decode()}")
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as source:
        names = {name.partition("/")[2] for name in source.getnames()}
    wanted = {f"src/{name}" for name in ours if ".dist-info/" not in name}
    missing = (wanted | {"pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "example.py"}) - names
    if missing:
        sys.exit(f"{archive.name} lacks {sorted(missing)}")


main(*map(Path, sys.argv[1:]))
