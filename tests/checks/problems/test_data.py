"""Data: LIBSVM files read in pieces, and synthetic rows."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.datasets import dump_svmlight_file, load_svmlight_file

from signproof.checks.problems import data
from signproof.checks.problems.data import libsvm, read_libsvm, synthetic


@settings(max_examples=15, deadline=None)
@given(
    features=st.tuples(st.integers(2, 30), st.integers(1, 6)).flatmap(
        lambda shape: arrays(np.float32, shape, elements=st.floats(-1e3, 1e3, width=32) | st.just(0.0))
    ),
    pair=st.sampled_from([(-1, 1), (0, 1), (1, 2)]),
)
def test_a_file_is_read_as_it_was_written(features, pair, tmp_path_factory):
    labels = np.where(np.arange(len(features)) % 3 == 1, *pair[::-1])
    path = tmp_path_factory.mktemp("data") / "a.txt"
    dump_svmlight_file(features, labels, str(path), zero_based=False, comment="a comment")
    features[:, np.abs(features).max(axis=0) == 0] = 0
    kept = max(1, int(np.flatnonzero(features.any(axis=0)).max(initial=0)) + 1)
    signed = features[:, :kept] * np.where(labels == pair[1], 1, -1)[:, None].astype(np.float32)
    if not features.any():
        with pytest.raises(ValueError, match="no features"):
            read_libsvm(path)
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data, "CHUNK", 40)  # several pieces
        patch.setattr(data, "SHARE", 1000)
        rows = read_libsvm(path)
        exact = libsvm(path)
    assert rows.dtype == np.float32 and rows.flags.c_contiguous and (rows == signed).all()
    assert exact.rows.dtype == float and (exact.rows.astype(np.float32) == signed).all()
    assert exact.key == {"libsvm": str(path), "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


@pytest.mark.parametrize("suffix, opener", [(".gz", gzip.open), (".bz2", bz2.open)])
def test_a_compressed_file_is_the_file(tmp_path, suffix, opener):
    text = b"# head\n1 1:0.1 3:-2\n\n-1 2:1e-3 # tail\n"
    (tmp_path / "a.txt").write_bytes(text)
    with opener(tmp_path / f"a.txt{suffix}", "wb") as file:
        file.write(text)
    plain, packed = libsvm(tmp_path / "a.txt"), libsvm(tmp_path / f"a.txt{suffix}")
    assert (plain.rows == packed.rows).all() and plain.key["sha256"] == packed.key["sha256"]
    assert plain.rows.tolist() == [[0.1, 0, -2], [0, -0.001, 0]]
    (tmp_path / f"b{suffix}").write_bytes((tmp_path / f"a.txt{suffix}").read_bytes()[:-9])
    with pytest.raises(ValueError, match="cannot be read"):
        read_libsvm(tmp_path / f"b{suffix}")


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "has no samples"),
        ("# nothing\n", "has no samples"),
        ("1\n-1\n", "has no features"),
        ("1 1:2\n2 1:1\n3 1:1\n", "has the labels 1, 2, 3: exactly two are needed"),
        ("1 1:2\n1 1:3\n", "has the labels 1: exactly two are needed"),
        ("".join(f"{i} 1:1\n" for i in range(9)), "has the labels 0, 1, 2, 3, ...: exactly two"),
        ("1 1:2\n-1 1:x\n", "not in LIBSVM format"),
        ("1 1:2\n-1 x:1\n", "line 2: not in LIBSVM format"),
        ("1 0:2\n-1 1:1\n", "not in LIBSVM format: Invalid index 0"),
        ("1 2:2 1:1\n-1 1:1\n", "not in LIBSVM format"),
        ("1 1:2\n-1 1:nan\n", "not finite"),
        ("1 1:2\ninf 1:1\n", "line 2: .* the label is 'inf', which is not finite"),
        ("1 1:2\n1e999 1:1\n", "label that is not finite"),
        ("1 1:2\n-1 +1:1\n", "line 2: .* it has '\\+1:1'"),
        ("1 1:2\n-1 1_0:1\n", "line 2: .* it has '1_0:1'"),
        ("1 1:2\n-1 12345678901:1\n", "line 2: .* it has '12345678901:1'"),
        ("1 1:2\n-1 1:0x1\n", "line 2: .* it has '1:0x1'"),
        ("1 1:2\n-1 1:1e39\n", "not finite in 32-bit"),
        ("a,b,c\n1,2,3\n", "a.txt"),
    ],
)
def test_what_is_no_data_for_two_classes_is_one_clear_line(tmp_path, text, message):
    path = tmp_path / "a.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=message) as error:
        read_libsvm(path)
    assert str(path) in str(error.value) and "\n" not in str(error.value)


def test_a_file_that_is_missing_is_one_clear_line(tmp_path):
    with pytest.raises(ValueError, match=r"none\.txt cannot be read: No such file"):
        read_libsvm(tmp_path / "none.txt")
    with pytest.raises(ValueError, match="cannot be read"):
        read_libsvm(tmp_path)


def test_what_a_file_is_called_does_not_tell_how_it_is_packed(tmp_path):
    text = b"1 1:2\n-1 2:3\n"
    for name, content in (("a.txt", gzip.compress(text)), ("b.gz", text), ("c.xz", lzma.compress(text))):
        (tmp_path / name).write_bytes(content)
        assert read_libsvm(tmp_path / name).tolist() == [[2, 0], [0, -3]]


def test_the_memory_is_that_of_the_array(tmp_path):
    path, samples, features = tmp_path / "a.txt", 800, 400
    line = " ".join(f"{j}:0.01234567" for j in range(1, features + 1))
    with open(path, "w") as file:
        for i in range(samples):
            file.write(f"{1 - 2 * (i % 2)} {line}\n")
    load_svmlight_file(str(path))  # what is imported on first use
    tracemalloc.start()
    rows = read_libsvm(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert rows.shape == (samples, features) and rows.nbytes > 10**6
    assert rows.nbytes < peak <= 1.2 * rows.nbytes


def test_synthetic_rows_have_unit_length_and_labels_that_follow_a_model():
    rows = synthetic(6000, 50, 0)
    assert rows.dtype == np.float32 and rows.shape == (6000, 50)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, rtol=1e-6)
    fitted = rows.mean(axis=0)  # points along the weights of the model
    assert 0.55 < (rows @ fitted > 0).mean() < 0.98
    features = np.abs(rows).mean(axis=0) * np.sqrt(50) / np.sqrt(2 / np.pi)  # standardised: all of one size
    assert np.abs(features - 1).max() < 0.06
    assert (synthetic(5000, 50, 0) == rows[:5000]).all()
    assert not (synthetic(10, 50, 1) == rows[:10]).any()


def test_synthetic_rows_are_drawn_in_the_memory_of_the_array():
    synthetic(10, 10, 0)
    tracemalloc.start()
    rows = synthetic(20_000, 50, 0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak <= 1.2 * rows.nbytes
