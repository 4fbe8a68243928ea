from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from adapters.commands.archive import ArchiveReader, ArchiveWriter, NoExport, body_name
from router.browse import DeadLetter


def letter(id: str) -> DeadLetter:
    return DeadLetter(id, 1, id.partition(":")[0], 0, "r", None, "send", "", "503", 503, 1, 0, 0, "s", "", 0)


@pytest.mark.parametrize(
    ("id", "suffix", "name"),
    [
        ("0190-a:erp:2", ".json", "bodies/0190-a.erp.2.json"),
        ("0190-a", ".csv", "bodies/0190-a.csv"),
        ("0190-a", ".x/../../y", "bodies/0190-a.txt"),
        ("0190-a", ".a\nb", "bodies/0190-a.txt"),
        ("0190-a", "." + "x" * 300, "bodies/0190-a.txt"),
    ],
)
def test_names_are_plain(id: str, suffix: str, name: str) -> None:
    assert body_name(letter(id), suffix) == name


def written(*bodies: bytes) -> bytes:
    out = io.BytesIO()
    with ArchiveWriter(out) as archive:
        for n, body in enumerate(bodies):
            sha256 = archive.body(f"bodies/{n}.txt", len(body), 1_700_000_000_123, io.BytesIO(body))
            archive.line({"id": str(n), "body": f"bodies/{n}.txt", "sha256": sha256}, 1_700_000_000_123)
    return out.getvalue()


def test_what_was_written_is_read_and_hashes_to_the_same() -> None:
    reader = ArchiveReader(io.BytesIO(written(b"", b"two" * 1_000_000)), "a.tar")
    for line, body in zip(reader.lines(), (b"", b"two" * 1_000_000), strict=True):
        assert line.body is not None
        found = reader.body(line.body)
        assert found is not None
        assert b"".join(reader.pieces(found)) == body
        assert reader.sha256(found) == line.sha256
    assert reader.unlisted({"bodies/0.txt"}) == ["bodies/1.txt"]


def test_a_stream_that_ends_early_is_an_error_and_no_manifest_is_written() -> None:
    out = io.BytesIO()
    with pytest.raises(OSError, match="unexpected end of data"), ArchiveWriter(out) as archive:
        archive.body("bodies/a", 10, 0, io.BytesIO(b"short"))
    assert b"manifest" not in out.getvalue()


def test_of_two_files_with_one_name_the_last_holds() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for body in (b"first", b"second"):
            member = tarfile.TarInfo("./bodies/a")
            member.size = len(body)
            tar.addfile(member, io.BytesIO(body))
        tar.addfile(tarfile.TarInfo("./manifest.jsonl"))
    reader = ArchiveReader(out_of(out), "a.tar")
    found = reader.body("bodies/a")
    assert found is not None
    assert b"".join(reader.pieces(found)) == b"second"


def out_of(written: io.BytesIO) -> io.BytesIO:
    return io.BytesIO(written.getvalue())


def test_a_header_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    member = tarfile.TarInfo("x")
    member.type, member.size = tarfile.XHDTYPE, 8 << 30
    path = tmp_path / "a.tar"
    with path.open("wb") as file:
        file.write(member.tobuf(tarfile.GNU_FORMAT))
        file.truncate(9 << 30)
    with path.open("rb") as file, pytest.raises(NoExport, match="longer than a name can be"):
        ArchiveReader(file, "a.tar")


def test_a_sparse_file_is_not_taken_for_its_bytes() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        member = tarfile.TarInfo("bodies/a")
        member.pax_headers = {"GNU.sparse.map": "0,1", "GNU.sparse.size": str(1 << 40), "GNU.sparse.numblocks": "1"}
        tar.addfile(member)
        tar.addfile(tarfile.TarInfo("manifest.jsonl"))
    reader = ArchiveReader(out_of(out), "a.tar")
    assert (reader.body("bodies/a"), reader.strange) == (None, ["bodies/a"])
