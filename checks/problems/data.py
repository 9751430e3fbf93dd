"""Data for binary classification: scikit-learn's small sets, LIBSVM files, and a large synthetic set.

Whatever the source, the data is one array of rows b_i a_i, shape (n, d): a sample's features a_i times its label
b_i, -1 or 1. The numbers are what they are: a float stands for itself.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

_NUMBER = rb"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_SAMPLE = re.compile(_NUMBER + rb"(?:[ \t]+[0-9]{1,9}:" + _NUMBER + rb")*+")
"""A label, and indices with values: plain digits, no infinity, no names."""
_COMPRESSED: dict[bytes, Any] = {
    b"\x1f\x8b": lambda file: gzip.GzipFile(fileobj=file),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
}
"""How the contents of compressed files begin, and who reads them."""
CHUNK = 2**15
"""Least number of bytes of a LIBSVM file that are read at a time."""
SHARE = 128
"""The text read at a time is at most the array that it fills divided by this: parsed, it takes ten times its size."""
SYNTHETIC_BLOCK = 4096
"""Rows of synthetic data that are drawn at a time, each block with a generator of its own."""


@dataclass(frozen=True, eq=False)
class DataSet:
    """A data set: what a witness calls it, as JSON, and how its rows are read."""

    key: Any
    read: Callable[[], np.ndarray]

    @cached_property
    def rows(self) -> np.ndarray:
        """The rows b_i a_i, shape (n, d)."""
        return self.read()


def _breast_cancer() -> np.ndarray:
    from sklearn.datasets import load_breast_cancer

    features, labels = load_breast_cancer(return_X_y=True)
    return _signed(_scaled(features), labels == 1)


def _digits(positive: tuple[int, ...], negative: tuple[int, ...]) -> np.ndarray:
    from sklearn.datasets import load_digits

    features, labels = load_digits(return_X_y=True)
    asked = np.isin(labels, positive + negative)
    return _signed(_scaled(features[asked]), np.isin(labels[asked], positive))


BREAST_CANCER = DataSet("breast-cancer", _breast_cancer)
"""569 samples, 30 features: benign (1) against malignant."""
DIGITS_3_8 = DataSet("digits-3-against-8", partial(_digits, (3,), (8,)))
"""357 samples, 64 pixels, some of them always blank: the digit 3 (1) against 8."""
DIGITS_EVEN_ODD = DataSet("digits-even-against-odd", partial(_digits, (0, 2, 4, 6, 8), (1, 3, 5, 7, 9)))
"""1797 samples, 64 pixels, some of them always blank: even digits (1) against odd ones."""


def libsvm(path: str | Path, largest: float = np.inf) -> DataSet:
    """A LIBSVM file in 64-bit, known again by its path and the SHA-256 of its (uncompressed) contents.

    Raises ValueError if it cannot be used or has more than `largest` entries, samples times features.
    """
    samples, features, digest = _survey(path)
    if samples * features > largest:
        raise ValueError(
            f"{path} has {samples} x {features} entries, too many for exact arithmetic: use at most {largest}"
        )
    rows = _fill(path, samples, features, np.float64)
    return DataSet({"libsvm": str(path), "sha256": digest}, lambda: rows)


def read_libsvm(path: str | Path) -> np.ndarray:
    """The rows b_i a_i of a LIBSVM file, dense, in 32-bit: shape (n, d), float32.

    The file (.gz and .bz2, too) is read twice, first for its size; at no time does the memory exceed 1.2 times the
    array, of a few megabytes or more. Features count from 1; of the two labels the larger is taken for 1, the other
    for -1. Raises ValueError, in one line, if the file is missing or not in the format, has a number that is not
    finite in 32-bit, or does not have two labels.
    """
    samples, features, _ = _survey(path)
    return _fill(path, samples, features, np.float32)


def _survey(path: str | Path) -> tuple[int, int, str]:
    """The numbers of samples and of features, and the SHA-256 of the contents."""
    digest, samples, features = hashlib.sha256(), 0, 0
    with _opened(path) as file:
        for number, line in enumerate(file, 1):
            digest.update(line)
            entry = line.partition(b"#")[0].strip()
            if not entry:
                continue
            if not _SAMPLE.fullmatch(entry):
                raise ValueError(f"{path}, line {number}: not in LIBSVM format, label index:value ...: {_wrong(entry)}")
            samples += 1
            head, colon, _ = entry.rpartition(b":")
            features = max(features, int(head[-20:].split()[-1]) if colon else 0)
    if not samples or not features:
        raise ValueError(f"{path} has no {'features' if samples else 'samples'}: use a LIBSVM file")
    return samples, features, digest.hexdigest()


def _wrong(entry: bytes) -> str:
    """What is wrong with a line, in a few words."""
    label, *pairs = entry.split()
    if not re.fullmatch(_NUMBER, label):
        return f"the label is {_shown(label)}{_finite(label)}"
    odd = next(pair for pair in pairs if not re.fullmatch(rb"[0-9]{1,9}:" + _NUMBER, pair))
    return f"it has {_shown(odd)}{_finite(odd)}"


def _finite(part: bytes) -> str:
    named = re.search(rb"(?:^|:)[+-]?(?:nan|inf|infinity)$", part, re.IGNORECASE)
    return ", which is not finite" if named else ""


def _shown(part: bytes) -> str:
    return ascii(part[:30].decode("latin-1"))


def _fill(path: str | Path, samples: int, features: int, kind: type) -> np.ndarray:
    """The rows b_i a_i of a file of known size."""
    from sklearn.datasets import load_svmlight_file

    rows: np.ndarray = np.zeros((samples, features), dtype=kind)
    labels, count = np.empty(samples), 0
    with _opened(path) as file:
        for text in _chunks(file, max(CHUNK, rows.nbytes // SHARE)):
            try:
                part, signs = load_svmlight_file(text, n_features=features, dtype=kind, zero_based=False)
            except ValueError as error:
                raise ValueError(f"{path}: not in LIBSVM format: {' '.join(str(error).split())}") from None
            if not np.isfinite(part.data).all():
                raise ValueError(f"{path} has a number that is not finite in {np.dtype(kind).itemsize * 8}-bit")
            part.toarray(out=rows[count : count + len(signs)])
            labels[count : count + len(signs)] = signs
            count += len(signs)
    if not np.isfinite(labels).all():
        raise ValueError(f"{path} has a label that is not finite")
    found = np.unique(labels)
    if len(found) != 2:
        first = ", ".join(f"{label:g}" for label in found[:4]) + (", ..." if len(found) > 4 else "")
        raise ValueError(f"{path} has the labels {first}: exactly two are needed, such as -1 and 1")
    rows *= np.where(labels == found[1], 1, -1).astype(kind)[:, None]
    return rows


@contextmanager
def _opened(path: str | Path) -> Iterator[Any]:
    try:
        with open(path, "rb") as plain:
            begin = plain.peek(6)  # whatever the file is called
            reader = next((reader for mark, reader in _COMPRESSED.items() if begin.startswith(mark)), None)
            if reader is None:
                yield plain
            else:
                with reader(plain) as file:
                    yield file
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise ValueError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _chunks(file: Any, size: int) -> Iterator[io.BytesIO]:
    """The file in pieces of whole lines of about the given size."""
    while lines := file.readlines(size):
        yield io.BytesIO(b"".join(lines))


def synthetic(samples: int, features: int, seed: int) -> np.ndarray:
    """Rows b_i a_i in 32-bit, drawn at random in the shape of LIBSVM's epsilon data: shape (samples, features).

    The features are standard normal, a row is then scaled to unit length, and its label is 1 with the probability
    1 / (1 + exp(-<a_i, w>)) that a logistic model of fixed weights w gives. A block is drawn at a time, so the memory
    is that of the array; of more samples the first ones are the same.
    """
    rows = np.empty((samples, features), dtype=np.float32)
    weights = 4 * np.random.default_rng([seed, 0]).standard_normal(features, dtype=np.float32)
    for number, first in enumerate(range(0, samples, SYNTHETIC_BLOCK), 1):
        rng, block = np.random.default_rng([seed, number]), rows[first : first + SYNTHETIC_BLOCK]
        chance = rng.random(SYNTHETIC_BLOCK)[: len(block)]
        rng.standard_normal(out=block, dtype=np.float32)
        block /= np.sqrt(np.einsum("ij,ij->i", block, block))[:, None]
        block *= np.where(chance * (1 + np.exp(-(block @ weights))) < 1, 1, -1)[:, None]
    return rows


def _scaled(features: np.ndarray) -> np.ndarray:
    """Each feature divided by a power of two so that it is at most 1, which is exact; one that is always 0 stays."""
    largest = np.abs(features).max(axis=0)
    return features / 2.0 ** np.ceil(np.log2(np.where(largest > 0, largest, 1)))


def _signed(features: np.ndarray, positive: np.ndarray) -> np.ndarray:
    return features * np.where(positive, 1.0, -1.0)[:, None]
