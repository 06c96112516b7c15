"""The machine's NVIDIA GPU as files: what a wall has to show of it where an assignment asks for one (`limits.gpu`).

The driver's device nodes are those that its own README and the NVIDIA Container Toolkit name: one to control it, one for unified
memory, which CUDA needs, one per GPU, those of a GPU's parts (MIG) and, in WSL, Windows's. Its libraries lie among the system's,
which every wall shows, or where Kubernetes and the loader's path put them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_NODES = ("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", "nvidia[0-9]*", "nvidia-caps/nvidia-cap[0-9]*", "dxg")
_EITHER = {"nvidiactl", "dxg"}  # without one of them there is no GPU, whatever else is left of a driver
_FOLDERS = ("/usr/local/nvidia/lib64", "/usr/local/nvidia/lib", "/usr/lib/wsl/lib")
_LIBRARY = "libcuda.so*"
# What the driver's library reads of the kernel, where a wall allows no more of these folders.
_KERNEL = ("/proc/devices", "/proc/driver/nvidia", "/sys/devices/system")


@dataclass(frozen=True)
class Gpu:
    """Device nodes that may be written to, and what may be read: folders of the driver's libraries, files of the kernel's.

    Without `devices` there is none, and nothing to show.
    """

    devices: tuple[Path, ...] = ()
    libraries: tuple[Path, ...] = ()
    kernel: tuple[Path, ...] = ()

    def environment(self) -> dict[str, str]:
        """What the inside is told: of which of its GPUs the instructor made a choice; without any, that there is none.

        A template must learn of it without CUDA, which does not survive a fork: torch then asks the driver's other library.
        """
        if not self.devices:
            return {"CUDA_VISIBLE_DEVICES": ""}  # also where a wall does not hide devices from the template
        chosen = {name: os.environ[name] for name in ("CUDA_VISIBLE_DEVICES",) if name in os.environ}
        path = {"LD_LIBRARY_PATH": ":".join(map(str, self.libraries))} if self.libraries else {}
        return {"PYTORCH_NVML_BASED_CUDA_CHECK": "1", **chosen, **path}


def find_gpu(root: Path = Path("/"), environment: Mapping[str, str] = os.environ) -> Gpu:
    """What this machine has below `root`."""
    dev = root / "dev"
    nodes = [path for pattern in _NODES for path in sorted(dev.glob(pattern)) if not path.is_dir()]
    if not any(path.name in _EITHER for path in nodes):
        return Gpu()
    folders = [*environment.get("LD_LIBRARY_PATH", "").split(":"), *_FOLDERS]
    libraries = [root / folder.lstrip("/") for folder in dict.fromkeys(folders) if folder.startswith("/")]
    kernel = [root / path.lstrip("/") for path in _KERNEL]
    return Gpu(
        tuple(nodes),
        tuple(path for path in libraries if any(path.glob(_LIBRARY))),
        tuple(path for path in kernel if path.exists()),
    )
