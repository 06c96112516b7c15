"""A GPU in the sandbox, where an assignment asks for one: what is found, what both walls show of it, what torch may use.

Most of it needs none: a file stands in for a device node.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from grader.course.assignment import open_assignment
from grader.guest import gpu as guest
from grader.sandbox.bubblewrap import Bubblewrap
from grader.sandbox.gpu import Gpu, find_gpu
from grader.sandbox.session import Session
from grader.sandbox.shared import SharedSession
from grader.sandbox.template import Template, TemplatePlan
from grader.sandbox.wall import Contents, Wall

from .conftest import Place, call

OPEN = "def probe(path): return tried(lambda: open(path, 'r+b').read().decode())"


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """The root of a machine with two GPUs, a driver's library where Kubernetes puts it, and another in a folder of its own."""
    for name in ("nvidiactl", "nvidia0", "nvidia1", "nvidia-uvm", "nvidia-modeset", "nvidia-caps/nvidia-cap1", "null", "sda"):
        (tmp_path / "dev" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "dev" / name).touch()
    for name in (
        "usr/local/nvidia/lib64/libcuda.so.1",
        "opt/driver/libcuda.so",
        "opt/other/libm.so",
        "proc/driver/nvidia/params",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    for path in (tmp_path, *tmp_path.parents[:2]):
        path.chmod(0o755)  # as /dev is: another user, whom the second wall becomes, reaches it
    return tmp_path


def test_devices_and_libraries_are_found(machine: Path) -> None:
    """Protects an allow-list: what CUDA needs, and nothing else of the machine's devices."""
    found = find_gpu(machine, {"LD_LIBRARY_PATH": "/opt/other:/opt/driver:relative:"})
    names = ["nvidiactl", "nvidia-uvm", "nvidia0", "nvidia1", "nvidia-caps/nvidia-cap1"]
    assert [str(path.relative_to(machine / "dev")) for path in found.devices] == names
    assert found.libraries == (machine / "opt/driver", machine / "usr/local/nvidia/lib64")
    assert found.kernel == (machine / "proc/driver/nvidia",)


def test_a_driver_that_is_not_there(machine: Path) -> None:
    """Protects machines whose driver was removed: left-over nodes are no GPU."""
    (machine / "dev/nvidiactl").unlink()
    assert find_gpu(machine, {}) == Gpu()


def test_what_the_inside_is_told(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the choice that the instructor made among several GPUs; and a template from initialising CUDA."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "1")
    told = find_gpu(machine, {}).environment()
    assert told == {
        "CUDA_VISIBLE_DEVICES": "1",
        "PYTORCH_NVML_BASED_CUDA_CHECK": "1",
        "LD_LIBRARY_PATH": str(machine / "usr/local/nvidia/lib64"),
    }
    assert Gpu().environment() == {"CUDA_VISIBLE_DEVICES": ""}


def test_bubblewrap_binds_devices_as_devices(machine: Path) -> None:
    """Protects both ways: an ordinary bind of a device cannot be opened; and without the wish nothing is bound."""
    wall = Bubblewrap(Path("bwrap"), "test")
    asked = wall.command(["true"], Contents(gpu=find_gpu(machine, {})), machine)
    bound = [asked[at + 1] for at, word in enumerate(asked) if word == "--dev-bind"]
    assert bound == [str(path) for path in find_gpu(machine, {}).devices]
    assert asked.index("--dev-bind") > asked.index("--dev"), "else bubblewrap's own /dev would cover them"
    plain = wall.command(["true"], Contents(), machine)
    assert "--dev-bind" not in plain
    assert not any("nvidia" in word for word in plain)


def place_with(tiny_course: Path, wall: Wall, gpu: Gpu, **more: Any) -> tuple[Template, Any]:
    """A template of the tiny assignment that is given that GPU."""
    tiny = open_assignment(tiny_course / "assignments" / "tiny").specification.model_copy(update=more)
    return Template(TemplatePlan(wall, Contents(gpu=gpu), tiny)), tiny.limits


def test_a_device_is_shown_where_it_is_asked_for(wall: Wall, tiny_course: Path, machine: Path) -> None:
    """Protects the GPU through both walls: it can be opened for writing with it, and not at all without."""
    (machine / "dev/nvidiactl").write_text("device")
    (machine / "dev/nvidiactl").chmod(0o666)
    node = str(machine / "dev/nvidiactl")
    template, limits = place_with(tiny_course, wall, Gpu((machine / "dev/nvidiactl",)))
    with template, Place(template, limits).session(OPEN) as (session, _):
        assert type(session) is SharedSession
        assert call(session, node) == ["done", "device"]
    template, limits = place_with(tiny_course, wall, Gpu())
    with template, Place(template, limits).session(OPEN) as (session, _):
        assert type(session) is Session
        assert call(session, node) in ("ENOENT", "EACCES")


def test_tests_share_a_process_that_must_not_be_forked(wall: Wall, tiny_course: Path, machine: Path) -> None:
    """Protects CUDA, which no fork survives: the file is loaded and all calls are made in one process; a crash ends it."""
    code = "LOADED = os.getpid()\ndef probe(): return os.getpid() == LOADED\ndef leave(): os._exit(3)\n"
    template, limits = place_with(tiny_course, wall, Gpu((machine / "dev/nvidiactl",)))
    with template:
        with Place(template, limits).session(code) as (session, _):
            assert [call(session), call(session)] == [True, True]
            with pytest.raises(Exception, match="ended itself with status 3"):
                call(session, name="leave")
            assert session.closed
        with Place(template, limits).session(code) as (session, _):
            assert call(session) is True


class FakeCuda:
    """`torch.cuda` of a machine with two GPUs of 8 and 2 GiB."""

    def __init__(self, broken: bool = False) -> None:
        self.broken = broken
        self.shares: dict[int, float] = {}

    def is_available(self) -> bool:
        """There is one."""
        return True

    def device_count(self) -> int:
        """Two."""
        return 2

    def get_device_properties(self, number: int) -> SimpleNamespace:
        """The memory."""
        if self.broken:
            raise RuntimeError("CUDA driver version is insufficient")
        return SimpleNamespace(total_memory=(8 << 30, 2 << 30)[number])

    def set_per_process_memory_fraction(self, share: float, number: int) -> None:
        """Written down."""
        self.shares[number] = share


def fake_torch(cuda: FakeCuda) -> SimpleNamespace:
    """A torch with that GPU, set as torch comes."""
    flags = SimpleNamespace(cuda=SimpleNamespace(matmul=SimpleNamespace(allow_tf32=True)), cudnn=SimpleNamespace(allow_tf32=True))
    return SimpleNamespace(cuda=cuda, backends=flags)


def test_memory_is_bounded_and_numbers_are_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the neighbours on a GPU, and honest work from TF32, which no tolerance of float32 forgives."""
    torch = fake_torch(FakeCuda())
    monkeypatch.setitem(sys.modules, "torch", torch)
    assert guest.claim(4096)
    assert torch.cuda.shares == {0: 0.5, 1: 1.0}
    assert (torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32) == (False, False)


def test_a_gpu_that_cannot_be_used_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Protects the submission from a driver of the instructor's: the CPU answers then."""
    monkeypatch.setitem(sys.modules, "torch", fake_torch(FakeCuda(broken=True)))
    assert not guest.claim(4096)
    monkeypatch.delitem(sys.modules, "torch")
    assert not guest.claim(4096)


CUDA = """
import torch
NET = torch.nn.Linear(4, 2).cuda()
def probe(): return [torch.cuda.is_available(), float(torch.ones(3, device="cuda").sum()), str(NET.weight.device)]
def much():
    try:
        return len(torch.empty(2 << 30, dtype=torch.uint8, device="cuda"))
    except torch.cuda.OutOfMemoryError:
        return "refused"
"""


@pytest.mark.torch
def test_without_a_usable_gpu_the_cpu_answers_with_a_note(wall: Wall, tiny_course: Path, machine: Path) -> None:
    """Protects work that asks for CUDA where the assignment would give it, but torch cannot use what is there."""
    torch = pytest.importorskip("torch", reason="needs torch")
    if torch.cuda.is_available():
        pytest.skip("there is a GPU here, which would be used")
    template, limits = place_with(tiny_course, wall, Gpu((machine / "dev/nvidiactl",)), preload=("torch",))
    with template, Place(template, limits.model_copy(update={"memory_mb": 2048})).session(CUDA) as (session, report):
        assert report.failures == ()
        assert {"code": "moved_to_cpu"} in report.notes
        assert call(session) == [False, 3.0, "cpu"]


@pytest.mark.gpu
@pytest.mark.torch
def test_cuda_in_the_sandbox(wall: Wall, tiny_course: Path) -> None:
    """Protects the whole way, where there is a GPU: top-level code and calls use it, within its bound of memory."""
    torch = pytest.importorskip("torch", reason="needs torch")
    if not torch.cuda.is_available() or not find_gpu().devices:
        pytest.skip("no NVIDIA GPU that torch can use on this machine")
    limits = open_assignment(tiny_course / "assignments" / "tiny").specification.limits
    large = limits.model_copy(update={"memory_mb": 8192, "gpu": True, "gpu_mb": 1024, "load_seconds": 60, "call_seconds": 30})
    template, _ = place_with(tiny_course, wall, find_gpu(), preload=("torch",), limits=large)
    with template, Place(template, large).session(CUDA) as (session, report):
        assert (report.failures, report.notes) == ((), ())
        assert call(session) == [True, 3.0, "cuda:0"]
        assert call(session, name="much") == "refused"
        assert call(session) == [True, 3.0, "cuda:0"]
