import argparse
import os
import signal
import time

parser = argparse.ArgumentParser(description="Leaves grandchildren that ignore SIGTERM.")
parser.add_argument("--children", type=int, default=3)
parser.add_argument("--seconds", type=float, default=600.0)
parser.add_argument("--wait", action="store_true", help="stay alive as long as they do")
parser.add_argument("--out", required=True, help="their process ids, one in a line")
options = parser.parse_args()


def stray():
    """Forked twice and in a session of its own: neither parent nor group leads to it any more."""
    read, write = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            os.write(write, b"%d" % os.getpid())
            os.close(write)
            time.sleep(options.seconds)
        os._exit(0)
    os.close(write)
    os.wait()
    # The pid is written before the grandchild can be killed, so the file never lists one that ignores nothing.
    pid = os.read(read, 32).decode()
    os.close(read)
    return pid


pids = [stray() for _ in range(options.children)]
with open(options.out, "w", encoding="utf-8") as file:
    file.write("\n".join(pids) + "\n")
print("left " + " ".join(pids), flush=True)
if options.wait:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(options.seconds)
