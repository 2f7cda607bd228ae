"""The layers of numpy's ziggurats, which the page draws with as well.

numpy keeps the 256 widths to itself. They are read off its answers: the state of PCG64 can be set,
so that the next random bits are known, and an exponential or normal number that falls surely within
a layer is the width of the layer times those bits.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["exponential_widths", "normal_widths"]

Floats = NDArray[np.float64]

_LAYERS = 256
_ALONG = 40
"""Binary digits of the random number that is handed in: small against the 52 or 53 of a layer."""
_MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645
_WHOLE = 1 << 128


@cache
def exponential_widths() -> Floats:
    """Return the widths of the layers of the exponential distribution, per step of 53 bits."""
    # Three bits are not used, eight say the layer, the rest how far along it.
    drawn = [_drawn("exponential", layer << 3 | 1 << (_ALONG + 11)) for layer in range(_LAYERS)]
    return np.ldexp(drawn, -_ALONG)


@cache
def normal_widths() -> Floats:
    """Return the widths of the layers of the normal distribution, per step of 52 bits."""
    # Eight bits say the layer, one the sign, the rest how far along it.
    drawn = [_drawn("normal", layer | 1 << (_ALONG + 9)) for layer in range(_LAYERS)]
    return np.ldexp(drawn, -_ALONG)


def _drawn(kind: str, first: int) -> float:
    """Return the number that numpy draws from these random bits, and from none after them."""
    # A step must be odd; the second number is then 0 or 1, with which every layer that is asked
    # whether a point lies below its curve says yes.
    step = -first * _MULTIPLIER % _WHOLE | 1
    # The generator takes a step before it answers, and answers with the lower half where the upper
    # is 0.
    state = (first - step) * pow(_MULTIPLIER, -1, _WHOLE) % _WHOLE
    bits = np.random.PCG64(0)
    bits.state = {
        "bit_generator": "PCG64",
        "state": {"state": state, "inc": step},
        "has_uint32": 0,
        "uinteger": 0,
    }
    generator = np.random.Generator(bits)
    return math.fabs(getattr(generator, f"standard_{kind}")())
