"""What runs inside the sandbox: limits itself, gives up what it does not need, runs code and its tests.

A script, started by `arena.grading.sandbox` with the interpreter's own library and nothing else. It reads one JSON
object from stdin, writes a line when it is confined and a line with the outcome to stdout, and imports nothing of
arena.
"""

import ast
import builtins
import contextlib
import json
import os
import stat
import struct
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

# The functions below get names such as `any` from a copy: code that replaces them in `builtins` changes nothing here.
__builtins__ = dict(vars(builtins))  # type: ignore[assignment]  # a mapping will do, says the language reference

CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWPID, CLONE_NEWIPC = 0x10000000, 0x40000000, 0x20000000, 0x08000000
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
SIGKILL = 9
MOST_BYTES_WRITTEN = 16 * 1024 * 1024
MOST_FILES_OPEN = 64
LONGEST_REASON = 200

#: Events of the interpreter that nothing in here may cause, by the part before the first dot or whole.
REFUSED = frozenset(
    {
        "socket",
        "ctypes",
        "subprocess.Popen",
        "os.system",
        "os.exec",
        "os.posix_spawn",
        "os.spawn",
        "os.fork",
        "os.forkpty",
        "os.kill",
        "os.killpg",
        "pty.spawn",
        "signal.pthread_kill",
        "gc.get_objects",
        "gc.get_referrers",
        "gc.get_referents",
        "resource.setrlimit",
        "resource.prlimit",
        "sqlite3.enable_load_extension",
        "sqlite3.load_extension",
        "syslog",
    }
)
#: What an event loop makes for itself; it leads nowhere.
HARMLESS = frozenset({"socket.__new__"})
#: Events whose first arguments are paths that are changed, and how many of them.
CHANGES = {
    "os.mkdir": 1,
    "os.rmdir": 1,
    "os.remove": 1,
    "os.rename": 2,
    "os.link": 2,
    "os.truncate": 1,
    "os.chmod": 1,
    "os.chown": 1,
    "os.utime": 1,
    "os.setxattr": 1,
    "os.removexattr": 1,
    "os.chdir": 1,
    "os.symlink": 2,
}
LOOKS = frozenset({"os.listdir", "os.scandir", "os.getxattr", "os.listxattr"})
#: Modules that call C as they like, or hold interpreters without the hook.
REFUSED_MODULES = frozenset({"ctypes", "_ctypes", "_interpreters", "_xxsubinterpreters"})
#: Modules that open files without telling the interpreter: refused where the kernel does not guard the files.
UNWATCHED_MODULES = frozenset({"_sqlite3", "_dbm", "_gdbm", "_tkinter", "_ssl", "readline", "_posixshmem"})
# Landlock (linux/landlock.h): the rights of its first version, the two that came later, and those that a file has.
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
LANDLOCK_VERSION, LANDLOCK_PATH = 1, 1
MAY_EXECUTE, MAY_WRITE, MAY_READ, MAY_LIST, MAY_TRUNCATE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14
RIGHTS_OF_VERSION = (0, (1 << 13) - 1, (1 << 14) - 1, (1 << 15) - 1)
SHARED_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
ZONES = "/usr/share/zoneinfo"
DEVICES = (os.devnull, "/dev/urandom")


def main() -> None:
    """Run what stdin describes: {"code", "tests", "entry", "cpu_s", "memory_bytes", "namespaces"}."""
    task = json.load(sys.stdin)
    out = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    folder = os.getcwd()  # noqa: PTH109 -- pathlib is not needed for anything else
    isolated = confine(task["cpu_s"], task["memory_bytes"], namespaces=task["namespaces"])
    guarded = task["namespaces"] and sys.platform == "linux" and guard_files(folder)
    watch(folder, guarded=guarded)
    say(out, {"isolated": isolated})
    say(out, outcome(task))
    os._exit(0)  # what the code left behind has no say any more


def say(out: int, message: dict[str, Any]) -> None:
    """Write one line."""
    os.write(out, json.dumps(message).encode() + b"\n")


def confine(cpu_s: int, memory_bytes: int, *, namespaces: bool) -> bool:
    """Give up network, other processes and most resources; tell whether the kernel keeps network and processes away."""
    import resource  # not on Windows, where there is no sandbox

    isolated = namespaces and sys.platform == "linux" and _own_namespaces()
    for name, most in (
        ("RLIMIT_CPU", cpu_s),
        ("RLIMIT_AS", memory_bytes),
        ("RLIMIT_FSIZE", MOST_BYTES_WRITTEN),
        ("RLIMIT_NOFILE", MOST_FILES_OPEN),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NPROC", 0),
    ):
        # macOS refuses some of them; the clock of the parent and the hook below hold without them.
        with contextlib.suppress(ValueError, OSError, AttributeError):
            resource.setrlimit(getattr(resource, name), (most, most))
    return isolated


def _own_namespaces() -> bool:
    """Move into namespaces without a network, as their first process: with it die all that it started.

    The user namespace takes away what the user may do to other processes, so that their memory and environment
    cannot be read.
    """
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC) != 0:
        return False
    inner = os.fork()
    if inner:
        _, status = os.waitpid(inner, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
    return True


def guard_files(folder: str) -> bool:
    """Let the kernel refuse every file but those of the folder and of the library; tell whether it does.

    Landlock holds for whatever opens a file, where the hook sees only what the interpreter reports.
    """
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)

    def call(number: int, *arguments: bytes | int | None) -> int:
        given = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
        return int(libc.syscall(ctypes.c_long(number), *given))

    version = call(LANDLOCK_CREATE, None, 0, LANDLOCK_VERSION)
    if version < 1:
        return False
    rights = RIGHTS_OF_VERSION[min(version, len(RIGHTS_OF_VERSION) - 1)]
    rules = call(LANDLOCK_CREATE, struct.pack("Q", rights), 8, 0)
    readable = MAY_EXECUTE | MAY_READ | MAY_LIST
    allowed = dict.fromkeys((*SHARED_LIBRARIES, *filter(None, sys.path), ZONES), readable)
    allowed |= dict.fromkeys(DEVICES, MAY_READ | MAY_WRITE) | {folder: rights}
    for path, wanted in allowed.items():
        with contextlib.suppress(OSError):  # what is not there, or cannot be read, is not allowed either
            at = os.open(path, os.O_RDONLY)
            of_file = MAY_EXECUTE | MAY_WRITE | MAY_READ | MAY_TRUNCATE
            fitting = rights if stat.S_ISDIR(os.fstat(at).st_mode) else of_file
            call(LANDLOCK_ADD, rules, LANDLOCK_PATH, struct.pack("=Qi", wanted & rights & fitting, at), 0)
            os.close(at)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return call(LANDLOCK_RESTRICT, rules, 0) == 0


def watch(folder: str, *, guarded: bool) -> None:
    """Refuse from now on all that the interpreter reports and that this code has no business with.

    `guarded`: the kernel refuses files too, so modules may be used that open them without a report. Paths are judged
    as they are written: the folder starts empty, and no link out of it can be made. All that the hook uses is bound
    here, so that code which replaces it in its module changes nothing.
    """
    home = tuple({folder, os.path.realpath(folder)})
    library = tuple({form for path in sys.path if path for form in (path, os.path.realpath(path))})
    readable = (*home, *library, ZONES)
    devices = DEVICES
    refused, harmless, changing, looking = REFUSED, HARMLESS, dict(CHANGES), LOOKS
    modules = REFUSED_MODULES if guarded else REFUSED_MODULES | UNWATCHED_MODULES
    write = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    decode, starts, split = os.fsdecode, str.startswith, str.split
    _without_processes()

    def inside(path: Any, folders: tuple[str, ...]) -> bool:
        if type(path) is int or path is None:  # a file that is open already; the folder itself
            return True
        text = decode(path)
        if ".." in split(text, "/"):
            return False
        if not starts(text, "/") or text in devices:
            return True
        return any(text == each or starts(text, each + "/") for each in folders)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in harmless and (event in refused or split(event, ".")[0] in refused):
            raise PermissionError(f"the sandbox refuses {event}")
        if event == "import":
            name, file = arguments[:2]
            if any(part in modules for part in split(name, ".")):
                raise ImportError(f"the sandbox refuses {name}")
            if file is not None and not inside(file, library):  # machine code of its own
                raise ImportError(f"the sandbox refuses {file!r}")
        if event == "open":
            path, mode, flags = arguments
            changes = (type(flags) is int and flags & write) or any(c in (mode or "") for c in "wax+")
            if not inside(path, home if changes else readable):
                raise PermissionError(f"the sandbox refuses to open {path!r}")
        elif event in changing or event in looking:
            folders = home if event in changing else readable
            if not all(inside(path, folders) for path in arguments[: changing.get(event, 1)]):
                raise PermissionError(f"the sandbox refuses {event}")

    sys.addaudithook(hook)


def _without_processes() -> None:
    """Take away what starts processes or calls C without an event of its own.

    Private modules, since they are the ones that hostile code would reach for: no audit event guards them.
    """
    import _posixsubprocess

    _posixsubprocess.fork_exec = _refused  # type: ignore[assignment]  # it takes anything and refuses it
    for name in [name for name in sys.modules if name.partition(".")[0] in ("ctypes", "_ctypes")]:
        del sys.modules[name]


def _refused(*_: object) -> None:
    raise PermissionError("the sandbox refuses processes")


def outcome(task: dict[str, Any]) -> dict[str, Any]:
    """Return {"passed", "reason"}, or {"error"} where the tests themselves are wrong."""
    try:
        tests = compile(task["tests"], "tests.py", "exec")
    except (SyntaxError, ValueError) as error:
        return {"error": _reason("the tests are not Python", error)}
    classes = [node.name for node in ast.parse(task["tests"]).body if isinstance(node, ast.ClassDef) and _tests(node)]
    if classes:
        return {"error": f"the tests hold the class {classes[0]}, which is not run: write functions test_…"}
    sys.setrecursionlimit(5000)
    steps: list[tuple[str, Callable[[], object]]] = [("the code", lambda: None)]
    try:
        answer = _module("answer", task["code"])
        if task["entry"] and not callable(getattr(answer, task["entry"], None)):
            return {"passed": False, "reason": f"the code defines no function {task['entry']!r}"}
        for step in _steps(tests, answer, task["entry"]):
            steps.append(step)
            step[1]()
    except BaseException as error:  # noqa: BLE001 -- whatever code raises, SystemExit too, it did not pass
        return {"passed": False, "reason": _reason(steps[-1][0], error)}
    return {"passed": True, "reason": "the tests pass"}


def _tests(node: ast.ClassDef) -> bool:
    return node.name.startswith("Test") or any(ast.unparse(base).endswith("TestCase") for base in node.bases)


def _module(name: str, code: str) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__dict__["__builtins__"] = builtins
    sys.modules[name] = module
    exec(compile(code, f"{name}.py", "exec"), module.__dict__)
    return module


def _steps(
    tests: types.CodeType, answer: types.ModuleType, entry: str | None
) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what the tests do, each with its name: the module, `check(candidate)`, each `test_…`."""
    names = {key: value for key, value in vars(answer).items() if not key.startswith("__")}
    module = types.ModuleType("tests")
    module.__dict__.update(names, __builtins__=builtins)
    yield "tests.py", lambda: exec(tests, module.__dict__)
    found = {key: value for key, value in vars(module).items() if names.get(key) is not value and callable(value)}
    if entry and "check" in found:
        yield "check", lambda: found["check"](getattr(answer, entry))
    for name, test in found.items():
        if name.startswith("test_"):
            yield name, test


def _reason(step: str, error: BaseException) -> str:
    """Return what went wrong, with the line of the tests or of the code."""
    line, at = None, error.__traceback__
    while at is not None:
        if at.tb_frame.f_code.co_filename in ("answer.py", "tests.py"):
            line = f"{at.tb_frame.f_code.co_filename}:{at.tb_lineno}"
        at = at.tb_next
    try:
        text = str(error)
    except BaseException:  # noqa: BLE001 -- an exception of the code's own may raise when it is shown
        text = ""
    reason = f"{step}: {type(error).__name__}" + (f": {text}" if text else "") + (f" ({line})" if line else "")
    return reason[:LONGEST_REASON]


if __name__ == "__main__":
    main()
