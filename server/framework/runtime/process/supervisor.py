"""Runs one app execution of the process runtime and records how it ended.

    python3 -S -E supervisor.py TASK_DIR

Reads TASK_DIR/spec.json and holds TASK_DIR/lock for its whole life. The file
`started` is made before the command is, so one task starts its command at most
once, whatever is killed when. Leaves `running`, `log` and `exit.json` in
TASK_DIR and, last of all, an empty marker endsDir/<name>.

Its own exit status: 0 the end is recorded, 2 wrong usage or unreadable spec,
3 another supervisor holds the task, 4 the end could not be recorded.
"""

import ctypes
import fcntl
import json
import os
import resource
import select
import signal
import sys
import time

# Beside this file; -S leaves the script's own folder on the path. No cache is written into an installed folder.
sys.dont_write_bytecode = True

from process_tree import KILL_SECONDS, descendants, kill_marked, send, send_group, start_ticks
from task_folder import Log, describe, instant, read_json, read_text, sync_folder, write_json

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

POLL_MS = 100
CHUNK_BYTES = 65536
DRAIN_SECONDS = 2
RECORD_RETRY_SECONDS = 30

# Every process of the app inherits it, so a later supervisor finds those that outlived a killed one.
TASK_VARIABLE = "KRDC_TASK"


class NotStarted(Exception):
    """The command never ran; the message says at which point and why."""


class Supervisor:
    def __init__(self, task, spec):
        self.task = task
        self.spec = spec
        self.limits = spec.get("limits") or {}
        self.log = Log(self.path("log"), self.limits.get("logBytes"))
        self.child = 0
        self.status = None
        self.started_at = None
        self.terminated = False
        self.outcome = "EXITED"
        self.reason = None
        self.wake_read, self.wake_write = os.pipe()
        self.output = -1
        self.poller = select.poll()

    def path(self, name):
        return os.path.join(self.task, name)

    def listen(self):
        """Signals only wake the loop: what they mean is decided in one place."""
        os.set_blocking(self.wake_read, False)
        os.set_blocking(self.wake_write, False)
        signal.set_wakeup_fd(self.wake_write, warn_on_full_buffer=False)
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, self.on_terminate)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        self.poller.register(self.wake_read, select.POLLIN)

    def on_terminate(self, *_):
        self.terminated = True

    def stop_reason(self):
        text = read_text(self.path("stop"))
        if text is not None:
            return text.strip() or "CANCELLED"
        return "INTERRUPTED" if self.terminated else None

    def claim_start(self):
        """From here on nobody starts this command again, whatever happens next."""
        new = self.path("started.tmp")
        mine = {"pid": os.getpid(), "startTicks": start_ticks(os.getpid()), "at": instant()}
        try:
            write_json(new, mine)
            # Unlike a rename, a link fails when `started` is there; unlike an exclusive open, it is never seen half written.
            os.link(new, self.path("started"))
            os.unlink(new)
            sync_folder(self.task)
        except OSError as error:
            raise NotStarted(describe("started", error)) from error

    def start(self):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
            raise NotStarted(describe("subreaper", OSError(ctypes.get_errno(), "")))
        self.output, output_write = os.pipe()
        fault_read, fault_write = os.pipe()
        supervisor = os.getpid()
        self.child = os.fork()
        if self.child == 0:
            self.become_app(libc, supervisor, output_write, fault_write)
        os.close(output_write)
        os.close(fault_write)
        fault = b""
        while True:
            part = os.read(fault_read, 4096)
            if not part:
                break
            fault += part
        os.close(fault_read)
        if fault:
            os.waitpid(self.child, 0)
            raise NotStarted(fault.decode("utf-8", "replace"))
        self.started_at = instant()
        os.set_blocking(self.output, False)
        self.poller.register(self.output, select.POLLIN)
        running = {"pid": self.child, "startTicks": start_ticks(self.child), "startedAt": self.started_at}
        try:
            write_json(self.path("running"), running)
        except OSError:
            # The disk is full: the app still runs and its end is still recorded.
            pass

    def become_app(self, libc, supervisor, output, fault):
        where = "session"
        try:
            os.setsid()
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            if os.getppid() != supervisor:
                os._exit(127)
            signal.set_wakeup_fd(-1)
            for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGHUP, signal.SIGPIPE, signal.SIGXFSZ):
                signal.signal(signum, signal.SIG_DFL)
            where = "streams"
            nothing = os.open("/dev/null", os.O_RDONLY)
            for source, target in ((nothing, 0), (output, 1), (output, 2)):
                os.dup2(source, target)
            where = "cwd"
            os.chdir(self.spec["cwd"])
            where = "limits"
            self.limit()
            where = "exec"
            command = self.spec["command"]
            os.execvpe(command[0], command, {**self.spec["environment"], TASK_VARIABLE: self.task})
        except BaseException as error:
            # Whatever went wrong, this copy of the supervisor must end here.
            os.write(fault, describe(where, error).encode("utf-8", "replace")[:4000])
        os._exit(127)

    def limit(self):
        wanted = [
            (resource.RLIMIT_AS, self.limits.get("memoryBytes")),
            (resource.RLIMIT_FSIZE, self.limits.get("fileBytes")),
            (resource.RLIMIT_NPROC, self.limits.get("processes")),
            (resource.RLIMIT_CORE, 0),
        ]
        for which, value in wanted:
            if value is None:
                continue
            _, hard = resource.getrlimit(which)
            value = int(value) if hard == resource.RLIM_INFINITY else min(int(value), hard)
            resource.setrlimit(which, (value, value))

    def wait(self, milliseconds):
        for fd, _ in self.poller.poll(milliseconds):
            if fd == self.output:
                self.drain()
            else:
                os.read(self.wake_read, 512)
        self.reap()

    def drain(self):
        """Reads one chunk, so that a flood of output never delays a stop."""
        try:
            data = os.read(self.output, CHUNK_BYTES)
        except BlockingIOError:
            return
        if data:
            self.log.take(data)
        else:
            self.close_output()

    def close_output(self):
        if self.output >= 0:
            self.poller.unregister(self.output)
            os.close(self.output)
            self.output = -1

    def reap(self):
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            if pid == self.child:
                self.status = status

    def follow(self):
        began = time.monotonic()
        duration = self.limits.get("durationSeconds")
        kill_at = None
        next_look = began
        while self.status is None:
            now = time.monotonic()
            if kill_at is not None and now >= kill_at:
                return
            if kill_at is None and (self.terminated or now >= next_look):
                next_look = now + POLL_MS / 1000
                if self.must_end(duration is not None and now - began >= duration):
                    send_group(self.child, signal.SIGTERM)
                    # A stopped process would sleep through its SIGTERM.
                    send_group(self.child, signal.SIGCONT)
                    kill_at = now + float(self.spec.get("graceSeconds") or 0)
                    continue
            self.wait(POLL_MS if kill_at is None else max(1, min(POLL_MS, int((kill_at - now) * 1000))))

    def must_end(self, is_late):
        reason = self.stop_reason()
        if reason is not None:
            self.outcome, self.reason = "STOPPED", reason
        elif is_late:
            self.outcome = "DEADLINE"
        return self.outcome != "EXITED"

    def end_all(self):
        """Kills every descendant again and again until none is left, then takes what they still wrote."""
        until = time.monotonic() + KILL_SECONDS
        while self.reap() and time.monotonic() < until:
            for pid in descendants(os.getpid()):
                send(pid, signal.SIGKILL)
            self.wait(10)
        until = time.monotonic() + DRAIN_SECONDS
        while self.output >= 0 and time.monotonic() < until:
            self.wait(10)
        self.close_output()

    def run(self):
        self.claim_start()
        self.start()
        try:
            self.follow()
        finally:
            self.end_all()
        return self.record(self.outcome, stopReason=self.reason)

    def record(self, outcome, **more):
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        exited = self.status is not None and os.WIFEXITED(self.status)
        signalled = self.status is not None and os.WIFSIGNALED(self.status)
        return {
            "outcome": outcome,
            "stopReason": None,
            "exitCode": os.WEXITSTATUS(self.status) if exited else None,
            "signal": signal.Signals(os.WTERMSIG(self.status)).name if signalled else None,
            "startedAt": self.started_at,
            "endedAt": instant(),
            "logBytes": self.log.kept,
            "logDropped": self.log.dropped,
            "usage": {
                "cpuSeconds": round(used.ru_utime + used.ru_stime, 3),
                "maxRssBytes": used.ru_maxrss * 1024,
            },
            **more,
        }

    def lost(self):
        """The command was started by a supervisor that is gone; how it ended nobody saw."""
        kill_marked(("%s=%s" % (TASK_VARIABLE, self.task)).encode("utf-8", "surrogateescape"))
        before = read_json(self.path("running"))
        self.started_at = before.get("startedAt") or read_json(self.path("started")).get("at")
        try:
            self.log.kept = os.stat(self.path("log")).st_size
        except OSError:
            pass
        return self.record("LOST")


def settle(task, spec):
    """Brings the task to its end and returns the record of it."""
    supervisor = Supervisor(task, spec)
    supervisor.listen()
    if os.path.exists(supervisor.path("started")):
        return supervisor.lost()
    reason = supervisor.stop_reason()
    if reason is not None:
        return supervisor.record("STOPPED", stopReason=reason)
    try:
        return supervisor.run()
    except NotStarted as error:
        return supervisor.record("NOT_STARTED", error=str(error))
    except Exception as error:
        # A fault of ours must still leave a record.
        return supervisor.record("LOST" if supervisor.child else "NOT_STARTED", error=describe("supervisor", error))


def keep(task, ends, name, record, seconds=RECORD_RETRY_SECONDS):
    """A full disk may be cleared while we wait; a late record is better than a lost one."""
    until = time.monotonic() + seconds
    while True:
        try:
            if record is not None:
                write_json(os.path.join(task, "exit.json"), record)
                record = None
            if ends is not None:
                os.makedirs(ends, exist_ok=True)
                os.close(os.open(os.path.join(ends, name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644))
            return 0
        except OSError:
            if time.monotonic() >= until:
                return 4
            time.sleep(0.2)


def problem_of(spec):
    command = spec.get("command")
    environment = spec.get("environment")
    name = spec.get("name")
    if not isinstance(name, str) or not name or "/" in name or name in (".", ".."):
        return "spec: name"
    if not isinstance(command, list) or not command or not all(isinstance(part, str) for part in command):
        return "spec: command"
    if not isinstance(environment, dict) or not all(isinstance(value, str) for value in environment.values()):
        return "spec: environment"
    if not isinstance(spec.get("cwd"), str) or not isinstance(spec.get("endsDir"), str):
        return "spec: cwd, endsDir"
    return None


def detach():
    """A signal to the framework's group must not reach us, and none of its files may stay open through us."""
    try:
        os.setsid()
    except PermissionError:
        pass
    os.closerange(3, 4096)


def main(arguments):
    if len(arguments) != 2:
        sys.stderr.write("usage: supervisor.py TASK_DIR\n")
        return 2
    task = os.path.realpath(arguments[1])
    detach()
    try:
        lock = os.open(os.path.join(task, "lock"), os.O_RDWR | os.O_CREAT, 0o644)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return 3
    except OSError as error:
        sys.stderr.write(describe("lock", error) + "\n")
        return 2
    spec = read_json(os.path.join(task, "spec.json"))
    problem = problem_of(spec)
    if problem is not None:
        if not os.path.exists(os.path.join(task, "exit.json")):
            record = Supervisor(task, {}).record("NOT_STARTED", error=problem)
            keep(task, None, None, record)
        return 2
    is_over = os.path.exists(os.path.join(task, "exit.json"))
    record = None if is_over else settle(task, spec)
    return keep(task, spec["endsDir"], spec["name"], record, spec.get("recordRetrySeconds", RECORD_RETRY_SECONDS))


if __name__ == "__main__":
    sys.exit(main(sys.argv))
