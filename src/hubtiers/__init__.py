"""Innovation hubs by tier.

Join indicators to regions, score them, sort them into tiers, map the layout.

Names load when they are first used, so that `import hubtiers` stays light.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)

__version__ = "0.1.0"
