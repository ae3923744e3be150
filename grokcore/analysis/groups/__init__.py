"""Networks that learn a group: by irreducible representation, and by coset.

``irreps`` is the Fourier transform of a group, ``representations`` has matrices that
multiply as permutations do, ``cosets`` cuts a group into blocks, and ``inside``
measures a network as both accounts of it would have it.
"""

from grokcore.analysis.groups import cosets, inside, irreps, representations

__all__ = ["cosets", "inside", "irreps", "representations"]
