"""``python -m twinseek``."""

from twinseek.cli import main

main()
