"""What the supervisor writes in a task's folder: JSON that survives a power cut, and the capped log."""

import errno
import json
import os
import time

LOG_FULL = (
    "\n[KRDC] 로그 상한 {0}바이트에 이르러 이후 출력은 버립니다."
    " / The log reached its limit of {0} bytes; later output is dropped.\n"
)


def instant():
    now = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + ".%03dZ" % (now % 1 * 1000)


def describe(where, error):
    if isinstance(error, OSError) and error.errno is not None:
        return "%s: %s: %s" % (where, errno.errorcode.get(error.errno, str(error.errno)), os.strerror(error.errno))
    return "%s: %s: %s" % (where, type(error).__name__, error)


def read_text(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return None


def read_json(path):
    try:
        value = json.loads(read_text(path) or "null")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def sync_folder(path):
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_all(fd, data):
    while data:
        data = data[os.write(fd, data):]


def write_json(path, value):
    """A reader sees all of the file or none of it, also after a power cut."""
    new = path + ".tmp"
    if os.path.lexists(new):
        os.unlink(new)
    fd = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        write_all(fd, json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogateescape"))
        os.fsync(fd)
    finally:
        os.close(fd)
    os.rename(new, path)
    sync_folder(os.path.dirname(path))


class Log:
    """Appends output as it comes, up to a cap; never raises, because a full disk must not end the app."""

    def __init__(self, path, cap):
        self.cap = cap
        self.kept = 0
        self.dropped = 0
        self.told = False
        try:
            self.fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError:
            self.fd = -1

    def take(self, data):
        room = len(data) if self.cap is None else self.cap - self.kept
        fits = data[: self.whole_characters(data, room)] if len(data) > room else data
        written = self.put(fits) if not self.told else 0
        self.kept += written
        self.dropped += len(data) - written
        if len(fits) < len(data) and not self.told:
            self.told = True
            self.put(LOG_FULL.format(self.cap).encode("utf-8"))

    @staticmethod
    def whole_characters(data, size):
        """The cut is moved back so that it never splits a character of UTF-8."""
        size = max(size, 0)
        for back in range(min(4, size + 1)):
            if data[size - back] & 0xC0 != 0x80:
                return size - back
        return size

    def put(self, data):
        written = 0
        try:
            while written < len(data):
                written += os.write(self.fd, data[written:])
        except OSError:
            pass
        return written
