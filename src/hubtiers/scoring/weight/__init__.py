"""How much each indicator counts. Every method gives weights that are at least 0 and sum to 1.

Methods that look at the data are fitted on normalised values, in which higher is better. Methods
that state weights may name indicators, or groups of the framework; what they leave open is shared
equally.
"""

from hubtiers.scoring.weight.benefit_of_doubt import BenefitOfDoubt, FittedBenefitOfDoubt
from hubtiers.scoring.weight.combined import CombinedWeights
from hubtiers.scoring.weight.components import PcaWeights
from hubtiers.scoring.weight.data_driven import CriticWeights, EntropyWeights, VariationWeights
from hubtiers.scoring.weight.declared import EqualWeights, FrameworkWeights, GivenWeights
from hubtiers.scoring.weight.experts import AhpWeights, BudgetAllocation
from hubtiers.scoring.weight.fitted import FittedWeights

__all__ = [
    "METHODS",
    "AhpWeights",
    "BenefitOfDoubt",
    "BudgetAllocation",
    "CombinedWeights",
    "CriticWeights",
    "EntropyWeights",
    "EqualWeights",
    "FittedBenefitOfDoubt",
    "FittedWeights",
    "FrameworkWeights",
    "GivenWeights",
    "PcaWeights",
    "VariationWeights",
]

METHODS = (
    EqualWeights,
    FrameworkWeights,
    GivenWeights,
    EntropyWeights,
    CriticWeights,
    VariationWeights,
    PcaWeights,
    AhpWeights,
    BenefitOfDoubt,
    CombinedWeights,
    BudgetAllocation,
)
"""The methods of this step, in the order in which they are listed."""
