"""Finds and ends processes through /proc."""

import os
import signal
import time

KILL_SECONDS = 10


def stat_fields(pid):
    """Fields of /proc/PID/stat from the third on; the second may contain spaces and parentheses."""
    try:
        with open("/proc/%d/stat" % pid, "rb") as file:
            return file.read().rpartition(b")")[2].split()
    except (OSError, ValueError):
        return []


def start_ticks(pid):
    fields = stat_fields(pid)
    return int(fields[19]) if len(fields) > 19 else None


def all_pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def descendants(root):
    """All processes below root. Root is a subreaper, so double-forked ones are below it too."""
    children = {}
    for pid in all_pids():
        fields = stat_fields(pid)
        if fields:
            children.setdefault(int(fields[1]), []).append(pid)
    found, queue = [], [root]
    while queue:
        for pid in children.get(queue.pop(), []):
            found.append(pid)
            queue.append(pid)
    return found


def send(pid, signum):
    try:
        os.kill(pid, signum)
    except (ProcessLookupError, PermissionError):
        pass


def send_group(group, signum):
    try:
        os.killpg(group, signum)
    except (ProcessLookupError, PermissionError):
        pass


def kill_marked(mark):
    """Ends every process whose environment holds the mark NAME=value, wherever it hangs in the tree."""
    until = time.monotonic() + KILL_SECONDS
    while time.monotonic() < until:
        left = [pid for pid in all_pids() if pid != os.getpid() and is_marked(pid, mark)]
        if not left:
            return
        for pid in left:
            send(pid, signal.SIGKILL)
        time.sleep(0.02)


def is_marked(pid, mark):
    try:
        with open("/proc/%d/environ" % pid, "rb") as file:
            return mark in file.read().split(b"\0")
    except OSError:
        return False
