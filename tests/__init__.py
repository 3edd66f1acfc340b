"""Before anything is imported: bytecode is kept, whatever the environment says.

Tests start hundreds of processes, each of which would compile a thousand modules anew, which takes seconds.
"""

import os
import sys

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
