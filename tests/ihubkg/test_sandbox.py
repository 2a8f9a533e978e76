"""What a shut-in process cannot do; each case in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="seccomp is Linux; elsewhere only limits are set"
)


def shut_in(code: str, walls: str = "Walls()") -> str:
    """Run Python code in a closed process and return what it prints."""
    program = f"from ihubkg.sandbox import *\nassert close({walls})\n{code}"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr.strip().rpartition("\n")[2]


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK"])
def test_no_socket_can_be_opened(family: str) -> None:
    assert "Permission denied" in shut_in(f"import socket; socket.socket(socket.{family})")


def test_the_engine_reaches_nothing() -> None:
    code = (
        "import pyoxigraph\n"
        "query = 'SELECT * { SERVICE <http://127.0.0.1:8099/> { ?s ?p 1 } }'\n"
        "list(pyoxigraph.Store().query(query))"
    )
    assert "Permission denied" in shut_in(code)


def test_no_program_can_be_started() -> None:
    assert "PermissionError" in shut_in("import subprocess; subprocess.run(['/bin/true'])")


def test_no_file_can_be_written(tmp_path: Path) -> None:
    target = tmp_path / "file"
    assert "File too large" in shut_in(f"open({str(target)!r}, 'wb', 0).write(b'x' * 10)")


def test_memory_has_a_cap() -> None:
    assert "MemoryError" in shut_in("bytearray(2 * 1024**3)")
    assert shut_in("print(len(bytearray(10 * 1024**2)))").strip() == str(10 * 1024**2)


def test_a_large_resident_process_keeps_room_to_work() -> None:
    code = (
        "import mmap\nfrom ihubkg.sandbox import *\nheld = mmap.mmap(-1, 700 * 1024**2)\n"
        "assert close(Walls())\nprint(len(mmap.mmap(-1, 400 * 1024**2)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(400 * 1024**2)


def test_the_network_can_be_left_open_on_purpose() -> None:
    code = "import socket; socket.socket(socket.AF_INET); print('open')"
    assert "open" in shut_in(code, "Walls(network=True)")


def test_a_child_dies_with_its_parent(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    child = (
        "from ihubkg.sandbox import die_with_parent; import os, time; die_with_parent();"
        f"open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    )
    parent = (
        "import subprocess, sys, time, pathlib\n"
        f"subprocess.Popen([sys.executable, '-c', {child!r}])\n"
        f"mark = pathlib.Path({str(mark)!r})\n"
        "while not (mark.exists() and mark.read_text()): time.sleep(0.01)"
    )
    subprocess.run([sys.executable, "-c", parent], cwd=ROOT, check=True)
    pid = mark.read_text()
    for _ in range(100):
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or ") Z" in state.read_text():
            return
        subprocess.run(["sleep", "0.02"], check=True)
    pytest.fail("the child outlived its parent")
