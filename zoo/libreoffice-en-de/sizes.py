"""The networks of the zoo: what they are called and how large they are."""

import numpy

SIZES = {
    "trf_big": dict(kind="transformer", d=224, heads=4, ffn=672, encoder=4, decoder=3),
    "trf_small": dict(kind="transformer", d=160, heads=4, ffn=480, encoder=2, decoder=1),
    "trf_draft": dict(kind="transformer", d=96, heads=4, ffn=288, encoder=1, decoder=1),
    "gru_mid": dict(kind="gru", d=160, layers=1),
    "gru_small": dict(kind="gru", d=96, layers=1),
}
MAX_POSITIONS = 256


def position_rates(d):
    return numpy.exp(numpy.arange(0, d, 2) * (-numpy.log(10000.0) / d))


def sinusoids(d, positions):
    """Sines at even and cosines at odd places (Vaswani et al., 2017), float32."""
    place = numpy.arange(positions, dtype=numpy.float64)[:, None]
    table = numpy.zeros((positions, d))
    table[:, 0::2] = numpy.sin(place * position_rates(d))
    table[:, 1::2] = numpy.cos(place * position_rates(d))
    return table.astype(numpy.float32)
