"""``python -m dashapp`` is ``chitieu``."""

import sys

from dashapp.cli import main

if __name__ == "__main__":
    sys.exit(main())
