"""For every predicate: worlds in which it holds, and worlds of similar look in which it does not."""

from benchmarks.predicate_worlds import interaction, motion, presence, size, spatial

WORLDS = spatial.WORLDS | motion.WORLDS | size.WORLDS | presence.WORLDS | interaction.WORLDS
"""By predicate and ``yes`` or ``no``, the makers of such worlds."""
