"""Bring weighted indicators together: level by level, or all at once.

Every aggregator takes normalised values, in which higher is better, and gives scores in which
higher is better. Means go up the hierarchy one level at a time; the methods that compare regions
take all indicators at once unless they are told otherwise (`levels="each"`). They keep the field
they were fitted on; a later year is measured against it.
"""

from hubtiers.scoring.aggregate.distance import (
    FittedGreyRelation,
    FittedTopsis,
    FittedVikor,
    GreyRelation,
    Topsis,
    Vikor,
)
from hubtiers.scoring.aggregate.means import (
    Arithmetic,
    FittedArithmetic,
    FittedMazziottaPareto,
    FittedPowerMean,
    Geometric,
    Harmonic,
    MazziottaPareto,
    PowerMean,
)
from hubtiers.scoring.aggregate.nesting import Nesting
from hubtiers.scoring.aggregate.outranking import Copeland, FittedCopeland

__all__ = [
    "METHODS",
    "Arithmetic",
    "Copeland",
    "FittedArithmetic",
    "FittedCopeland",
    "FittedGreyRelation",
    "FittedMazziottaPareto",
    "FittedPowerMean",
    "FittedTopsis",
    "FittedVikor",
    "Geometric",
    "GreyRelation",
    "Harmonic",
    "MazziottaPareto",
    "Nesting",
    "PowerMean",
    "Topsis",
    "Vikor",
]

METHODS = (
    Arithmetic,
    Geometric,
    Harmonic,
    PowerMean,
    Topsis,
    Vikor,
    GreyRelation,
    MazziottaPareto,
    Copeland,
)
"""The methods of this step, in the order in which they are listed."""
