"""Names of files and of their hidden siblings."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.outbound.folder import naming
from router.errors import MessageError


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "is empty"),
        ("a/b", "separator"),
        ("a\0b", "separator or NUL"),
        (".a", "begins with a dot"),
        ("..", "begins with a dot"),
        ("a" * 201, "has 201 bytes in UTF-8, at most 200"),
        ("ü" * 101, "has 202 bytes in UTF-8, at most 200"),
        ("a\udcff", "cannot be written in UTF-8"),
    ],
)
def test_a_name_that_is_no_safe_segment_is_refused(name: str, why: str) -> None:
    with pytest.raises(MessageError, match=why) as caught:
        naming.checked_name(name)
    assert (caught.value.stage, caught.value.error) == ("send", "name")


@pytest.mark.parametrize("name", ["a", "a b.csv", "ü" * 100, "a\\b", "a..b", "-rf", "a" * 200])
def test_any_other_name_is_taken_as_it_is(name: str) -> None:
    assert naming.checked_name(name) == name


def test_numbered_names_keep_the_suffix() -> None:
    assert list(islice(naming.numbered("a.tar.gz"), 3)) == ["a.tar.gz", "a.tar-1.gz", "a.tar-2.gz"]
    assert list(islice(naming.numbered("a", 7), 2)) == ["a-7", "a-8"]


def test_requeued_records_have_a_name_of_their_own() -> None:
    assert naming.requeue_name("SALES_1.ndjson", 2) == "SALES_1.requeue-2.ndjson"


@given(st.text(min_size=1), st.integers(min_value=0, max_value=2**40))
def test_hidden_names_belong_to_one_delivery(id: str, epoch: int) -> None:
    id = id.encode("utf-8", "replace").decode()
    name = naming.temp_name(id, epoch)
    assert name.startswith(".crossdock-")
    assert naming.epoch_of(name, id) == epoch
    assert naming.epoch_of(name, id + "x") is None
    assert naming.epoch_of(naming.whole_name(id), id) is None
    made = (name, naming.whole_name(id), naming.sent_name(id), naming.copy_name(id, epoch))
    assert len(set(made)) == 4
    assert all(naming.is_own(n) for n in made)


@pytest.mark.parametrize("name", [".crossdock-taken", ".crossdock-x.part", "a.part", ".crossdock-" + "0" * 24])
def test_other_names_are_not_own(name: str) -> None:
    assert not naming.is_own(name)
