"""A random orthogonal matrix of the Haar (uniform) distribution."""

import os

import numpy as np
from numpy.typing import NDArray


def random_orthogonal(dimension: int) -> NDArray[np.float32]:
    """Return an orthogonal matrix of the Haar measure, shape (dimension, dimension).

    A product of Householder reflections of Gaussian vectors of growing length (Stewart,
    "The efficient generation of random orthogonal matrices", 1980). LAPACK's QR is not
    used: its threads stalled an event loop for up to 600 ms at their first start. This
    takes some 5 ms for 128 dimensions and starts no thread.
    """
    numbers = _gaussians(dimension * (dimension + 1) // 2)
    matrix = np.eye(dimension)
    outer = np.empty_like(matrix)
    matrix[-1, -1] = np.copysign(1.0, numbers[0])
    used = 1
    for size in range(2, dimension + 1):
        mirror = numbers[used : used + size]
        used += size
        sign = np.copysign(1.0, mirror[0])
        mirror[0] += sign * np.sqrt(np.einsum("i,i", mirror, mirror))
        block = matrix[-size:, -size:]
        along = np.einsum("i,ij->j", mirror, block)
        along *= 2.0 / np.einsum("i,i", mirror, mirror)
        block -= np.einsum("i,j->ij", mirror, along, out=outer[-size:, -size:])
        along.fill(0)
        # So that this row is the Gaussian vector's own direction, which is even.
        block[0] *= -sign
    drawn = matrix.astype(np.float32)
    # These numbers are as secret as the matrix: no copy of them stays in memory.
    for trace in (numbers, matrix, outer):
        trace.fill(0)
    return drawn


def _gaussians(count: int) -> NDArray[np.float64]:
    """Return normal numbers from system randomness (Box and Muller)."""
    words = _random_words(2 * count)
    # The upper 53 bits, moved off zero: uniform in (0, 1].
    words >>= np.uint64(11)
    numbers = words.astype(np.float64)
    words.fill(0)
    numbers += 1.0
    numbers *= 2.0**-53
    radius, angle = numbers[:count], numbers[count:]
    np.log(radius, out=radius)
    radius *= -2.0
    np.sqrt(radius, out=radius)
    angle *= 2.0 * np.pi
    radius *= np.cos(angle, out=angle)
    angle.fill(0)
    return radius


def _random_words(count: int) -> NDArray[np.uint64]:
    """Return words of the system's random source, which os.urandom keeps a copy of."""
    words = np.empty(count, np.uint64)
    left = memoryview(words).cast("B")
    source = os.open("/dev/urandom", os.O_RDONLY | os.O_CLOEXEC)
    try:
        while left:
            left = left[os.readv(source, [left]) :]
    finally:
        os.close(source)
    return words
