"""With this folder on PYTHONPATH and KRDC_PROBE_OUT set, the first argparse parse of any Python process is written there.

For commands that reach Python by a way of their own (`python3 -m package`, a
console script); a plain main.py goes through probe.py, which also says when
there was no parser.
"""

import os
import sys

if os.environ.get("KRDC_PROBE_OUT"):
    room = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    sys.path.append(room)
    try:
        import probe
    finally:
        sys.path.remove(room)
    del sys.modules["probe"]
    probe.install(os.path.abspath(os.environ["KRDC_PROBE_OUT"]))
