"""What honest labs ask of a machine that is not this one, each in an interpreter of its own: libraries are changed for good."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from grader.guest.adaptations import older
from grader.guest.notes import Notes

Adapted = Callable[[str], list[str]]


@pytest.fixture
def adapted(tmp_path: Path) -> Adapted:
    """`adapted(source)`: what the source prints, line by line, with all adaptations and two pictures, cat and dog."""
    image = pytest.importorskip("PIL.Image", reason="needs Pillow")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "work").mkdir()
    for name, colour in (("cat", 10), ("dog", 20)):
        image.new("RGB", (4, 3), (colour, 0, 0)).save(tmp_path / "pictures" / f"{name}.png")

    def run(source: str) -> list[str]:
        program = f"""
            import sys
            from pathlib import Path
            before = sys.argv[1].split()
            for name in before:
                __import__(name)
            from grader.guest import adaptations
            from grader.guest.adaptations import devices
            from grader.guest.drawings import Drawings
            from grader.guest.notes import Notes
            notes, drawings = Notes(), Drawings()
            places = adaptations.Places(Path({str(tmp_path / "pictures")!r}), Path({str(tmp_path / "hub")!r}))
            adaptations.install(places, notes, drawings)
            devices.install(notes)
        """
        before = "torch torchvision" if "torch" in source else "json"
        whole = textwrap.dedent(program) + textwrap.dedent(source) + "\nprint(*[note['code'] for note in notes.take()])"
        command = [sys.executable, "-c", whole, before]
        done = subprocess.run(command, cwd=tmp_path / "work", capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip("\n").split("\n")

    return run


def test_a_missing_picture_is_served(adapted: Adapted):
    """The picture of the same name, else the first; a file that is no picture is still missing."""
    source = """
        from PIL import Image
        print(Image.open("images/dog.jpg").getpixel((0, 0)), Image.open("/content/drive/My Drive/x.png").getpixel((0, 0)))
        try:
            open("labels.json")
        except FileNotFoundError:
            print("missing")
    """
    assert adapted(source) == ["(20, 0, 0) (10, 0, 0)", "missing", "picture_served picture_served"]


def test_a_missing_picture_is_served_to_pathlib(adapted: Adapted):
    """Protects notebooks that read bytes, and those that look for pictures with `Path.glob` and `os.scandir`."""
    source = """
        import io, os
        from pathlib import Path
        from PIL import Image
        print(Image.open(io.BytesIO(Path("dog.png").read_bytes())).getpixel((0, 0)))
        with Path("dog.png").open("rb") as file:
            print(Image.open(file).getpixel((0, 0)))
        Path("own").mkdir()
        print(sorted(Path("images").glob("*.jpg")), list(Path("own").glob("*")), list(Path("images").rglob("*.csv")))
        print(sorted(entry.name for entry in os.scandir("images")), [names for _, _, names in os.walk("data")])
        print(sorted(Path("images").glob(Path("*.jpg"))))
    """
    listed = "[PosixPath('images/cat.png'), PosixPath('images/dog.png')] [] []"
    found = adapted(source)
    assert found[:4] == ["(20, 0, 0)"] * 2 + [listed, "['cat.png', 'dog.png'] [['cat.png', 'dog.png']]"]
    assert found[4] == listed[: -len(" [] []")]  # Python 3.13 takes a path for a pattern, and makes one of what `rglob` is given


def test_arguments_may_be_named(adapted: Adapted):
    """Protects calls by keyword: an adapted function takes what the library's own does."""
    pytest.importorskip("torchvision", reason="its transforms are called")
    source = """
        import torch, torchvision
        import matplotlib.pyplot as plt
        from PIL import Image
        from torchvision.io import read_image
        from torchvision.transforms import Compose, ToTensor
        print(plt.imread(fname="cat.jpg").shape, tuple(read_image(path="cat.jpg").shape))
        print(tuple(Compose([ToTensor()])(img=Image.open("cat.jpg")).shape))
        plt.switch_backend(newbackend="tkagg")
        torch.set_num_threads(int=2)
        torch.cuda.Event().record(stream=None)
    """
    assert adapted(source)[:2] == ["(3, 4, 3) (3, 3, 4)", "(3, 3, 4)"]


def test_opencv_takes_arguments_by_name(adapted: Adapted):
    """Protects the same in OpenCV, whose own documentation names them."""
    pytest.importorskip("cv2", reason="OpenCV is not one of the grader's own requirements")
    source = """
        import cv2
        print(cv2.imread(filename="nowhere.jpg").shape, cv2.waitKey(delay=0) in (27, -1, 13, 32, ord("q")))
        cv2.setNumThreads(nthreads=2)
    """
    assert adapted(source)[0] == "(3, 4, 3) True"


def test_the_students_own_picture_is_its_own(adapted: Adapted):
    """A picture that was handed in is the one that is opened."""
    source = """
        from PIL import Image
        Image.new("RGB", (1, 1), (99, 0, 0)).save("cat.png")
        print(Image.open("cat.png").getpixel((0, 0)))
    """
    assert adapted(source) == ["(99, 0, 0)"]


def test_libraries_imported_later_are_adapted_too(adapted: Adapted):
    """OpenCV is not imported before a submission wants it; then it reads the picture, and shows no window."""
    pytest.importorskip("cv2", reason="needs OpenCV")
    source = """
        import cv2
        print(cv2.imread("nowhere.jpg").shape)
        cv2.imshow("cat", cv2.imread("cat.jpg"))
        keys = {cv2.waitKey(1) & 0xFF for _ in range(5)}
        print(ord("q") in keys, 27 in keys, cv2.getNumThreads())
        cv2.destroyAllWindows()
    """
    assert adapted(source)[:2] == ["(3, 4, 3)", "True True 1"]


def test_remote_pictures(adapted: Adapted):
    """A download brings the lab's picture; what is certainly no picture fails as it does without a network."""
    pytest.importorskip("requests", reason="needs requests")
    source = """
        import io, urllib.request, requests
        from PIL import Image
        print(Image.open(io.BytesIO(requests.get("https://example.org/dog").content)).getpixel((0, 0)))
        print(Image.open(requests.Session().get(url="https://example.org/dog", stream=True).raw).getpixel((0, 0)))
        print(Image.open(urllib.request.urlopen("https://example.org/a.jpg?size=1")).size)
        name, _ = urllib.request.urlretrieve("https://example.org/cat.jpg", "mine.jpg")
        print(name, Image.open("mine.jpg").size)
        for url in ("http://127.0.0.1:9/labels.json", "http://127.0.0.1:9/weights.pth"):
            try:
                urllib.request.urlopen(url, timeout=1)
            except OSError:
                print("no network")
    """
    assert adapted(source)[:6] == ["(20, 0, 0)", "(20, 0, 0)", "(4, 3)", "mine.jpg (4, 3)", "no network", "no network"]


def test_folders_of_pictures(adapted: Adapted):
    """A folder that is not here lists the lab's pictures; one that is, itself; a search for other files finds nothing."""
    source = """
        import os, glob
        os.mkdir("own")
        found = [glob.glob(pattern) for pattern in ("images/*.jpg", "images/*.csv", "own/*.jpg")]
        print(os.listdir("images"), os.listdir("own"), *found)
    """
    listed = "['cat.png', 'dog.png'] [] ['images/cat.png', 'images/dog.png'] [] []"
    assert adapted(source) == [listed, "folder_served"]


def test_folders_that_nobody_named(adapted: Adapted):
    """Protects the report from folders that the import system looks through, and from pictures that were taken for folders."""
    source = """
        import importlib.metadata, os
        sys.path.append("__editable__.lab.finder.__path_hook__")
        len(list(importlib.metadata.distributions()))
        print(*(name for kind in os.listdir("train") for name in os.listdir(f"train/{kind}")))
        print(*(note["name"] for note in notes.take()))
    """
    assert adapted(source)[:2] == ["cat.png dog.png cat.png dog.png", "train"]


def test_input_ends(adapted: Adapted):
    """A question is answered with an empty line; a loop that waits for a word is not asked for ever; all is noted once."""
    source = """
        print(repr(input("name: ")), repr(input("class: ")))
        try:
            while input() != "quit":
                pass
        except EOFError:
            print("over")
    """
    assert adapted(source) == ["'' ''", "over", "input_answered"]


def test_a_command_line_that_nobody_gave(adapted: Adapted):
    """Protects scripts with required arguments: the default values stand for them; one that can be read is, and help ends."""
    source = """
        import argparse
        sys.argv = ["lab.py"]
        parser = argparse.ArgumentParser()
        parser.add_argument("image")
        parser.add_argument("--threshold", type=float, default="0.5")
        parser.add_argument("--layer", default="layer4")
        parser.set_defaults(seed=3)
        print(parser.parse_args(), parser.parse_known_args())
        print(len(notes.take()), parser.parse_args(["cat.jpg", "--threshold", "1"]))
        try:
            parser.parse_args(["--help"])
        except SystemExit as left:
            print(left.code)
    """
    filled = "image=None, threshold=0.5, layer='layer4', seed=3"
    lines = [line for line in adapted(source) if line.startswith(("Namespace", "1 ", "0"))]
    assert lines[:2] == [
        f"Namespace({filled}) (Namespace({filled}), [])",
        "1 Namespace(image='cat.jpg', threshold=1.0, layer='layer4', seed=3)",
    ]
    assert lines[2:] == ["0"]


def test_progress_in_a_notebook(adapted: Adapted):
    """tqdm's notebook bars count without the widgets that they are made of, under each of their names."""
    pytest.importorskip("tqdm", reason="needs tqdm")
    source = """
        from tqdm.notebook import tqdm, trange
        from tqdm import tqdm_notebook
        from tqdm.auto import tqdm as auto
        from tqdm.autonotebook import tqdm as either
        bar = tqdm(total=2, desc="channels")
        bar.update(1)
        bar.set_postfix(left=1)
        bar.close()
        print(bar.n, *tqdm([1, 2]), *trange(2), *tqdm_notebook([3]), *auto([4]), *either([5]))
    """
    assert adapted(source) == ["1 1 2 0 1 3 4 5"]


def test_colab(adapted: Adapted):
    """Mounting does nothing, an upload brings a picture under whatever name is asked for."""
    source = """
        from google.colab import drive, files, output, runtime, userdata
        from google.colab.patches import cv2_imshow
        drive.mount("/content/drive")
        uploaded = files.upload()
        print(list(uploaded), uploaded["my own.jpg"][:4])
        open(list(uploaded)[0]).close()
        cv2_imshow(3)
        output.enable_custom_widget_manager()
        runtime.unassign()
    """
    assert adapted(source)[0] == "['cat.png'] b'\\x89PNG'"


@pytest.mark.torch
def test_without_a_gpu(adapted: Adapted):
    """Every usual way to ask for a GPU is answered on the CPU, whether there is one or not."""
    pytest.importorskip("torch", reason="needs torch")
    source = """
        import torch
        x = torch.zeros(2, device="cuda:0").cuda().to("cuda").to(torch.device("cuda", 0)).to(device="cuda")
        net = torch.nn.Linear(2, 2).cuda().to("cuda")
        torch.cuda.synchronize(); torch.cuda.empty_cache(); torch.cuda.manual_seed_all(0)
        torch.set_default_tensor_type("torch.cuda.FloatTensor")
        torch.set_default_device("cuda")
        start = torch.cuda.Event(enable_timing=True); start.record()
        y = net(x.type(torch.cuda.FloatTensor))
        print(x.device, y.device, torch.cuda.get_device_name(0), torch.ones(1).device, x.dtype)
    """
    assert adapted(source) == ["cpu cpu CPU cpu torch.float32", "moved_to_cpu"]


@pytest.mark.torch
def test_a_gpu_that_is_named_otherwise(adapted: Adapted):
    """Protects labs that name the GPU by its number, ask a tensor for another one there, or draw random numbers on it."""
    pytest.importorskip("torch", reason="needs torch")
    source = """
        import torch
        x = torch.ones(2)
        layer = lambda: torch.nn.Linear(2, 2)
        made = [
            lambda: x.to(0), lambda: x.to(device=0), lambda: x.cuda(0), lambda: x.pin_memory(),
            lambda: layer().to(0).weight, lambda: layer().cuda(0).weight, lambda: torch.nn.Linear(2, 2, device="cuda").weight,
            lambda: torch.zeros(2, device=0), lambda: x.new_zeros(2, device="cuda"), lambda: x.new_tensor([1], device="cuda"),
            lambda: x.new_full((2,), 0.0, device=torch.device("cuda", 1)),
            lambda: torch.randn(2, generator=torch.Generator(device="cuda").manual_seed(0)),
            lambda: torch.randn(2, generator=torch.Generator("cuda")),
        ]
        print(*{(make().device.type, *(note["code"] for note in notes.take())) for make in made})
    """
    assert adapted(source)[0] == "('cpu', 'moved_to_cpu')"


@pytest.mark.torch
def test_a_gpu_that_is_asked_or_entered(adapted: Adapted):
    """Protects labs that work inside a device, make tensors of its types, and look at its memory; other devices are entered."""
    pytest.importorskip("torch", reason="needs torch")
    source = """
        import torch
        with torch.device("cuda"), torch.cuda.device(0), torch.cuda.stream(torch.cuda.Stream()):
            x = torch.zeros(2)
        with torch.device("meta"):
            y = torch.zeros(2)
        print(x.device, y.device, torch.cuda.FloatTensor([1, 2]).device, torch.zeros(1).type(torch.cuda.LongTensor).dtype)
        print(torch.cuda.get_device_properties(0).total_memory > 0, len(torch.cuda.mem_get_info()))
        print(isinstance(torch.default_generator, torch.Generator), isinstance(torch.Generator(), torch.Generator))
        print(torch.full((2,), 3).tolist(), torch.arange(2).tolist(), torch.zeros(2).to(torch.float64, True).dtype)
    """
    assert adapted(source) == [
        "cpu meta cpu torch.int64",
        "True 2",
        "True True",
        "[3, 3] [0, 1] torch.float64",
        "moved_to_cpu",
    ]


@pytest.mark.torch
def test_factories_in_a_script(adapted: Adapted, tmp_path: Path):
    """Protects functions that TorchScript compiles: it knows `torch.zeros` by its identity, which is another one here."""
    pytest.importorskip("torch", reason="needs torch")
    (tmp_path / "work" / "scripted.py").write_text(
        "import torch\n@torch.jit.script\ndef f(n: int):\n    return torch.zeros([n]) + torch.tensor(n) + torch.arange(n)\n"
    )
    source = """
        import torch, warnings
        warnings.simplefilter("ignore")
        sys.path.insert(0, ".")
        from scripted import f
        print(f(2).tolist())
    """
    assert adapted(source)[0] == "[2.0, 3.0]"


@pytest.mark.torch
def test_compiling_nothing(adapted: Adapted):
    """Protects functions and networks that are compiled where there is no compiler, which took minutes and failed."""
    pytest.importorskip("torch", reason="needs torch")
    source = """
        import torch
        @torch.compile
        def f(x):
            return x + 1
        @torch.compile(mode="max-autotune", fullgraph=True)
        def g(x):
            return x + 2
        net = torch.compile(torch.nn.Identity(), dynamic=True)
        net.compile()
        print(f(1), g(1), net(3), type(net).__name__)
    """
    assert adapted(source) == ["2 3 3 Identity", "compile_skipped"]


@pytest.mark.skipif(importlib.util.find_spec("numba") is not None, reason="numba itself is here, and compiles")
def test_functions_for_numba_run_as_they_are_written(adapted: Adapted):
    """Protects decorated functions that name more of numba within: a decorator alone could be left out."""
    source = """
        import importlib.util
        import numba
        import numpy as np
        from numba import float64, jit, njit, prange, types, vectorize
        from numba.typed import List
        @njit(float64(float64[:], types.int64), parallel=True)
        def f(a, n):
            total, kept = numba.float64(0.5), List()
            for i in prange(n):
                total += a[i]
                kept.append(i)
            return total, list(kept), np.zeros(1, dtype=numba.int32).dtype.name
        @jit
        def g(x):
            return x + 1
        @vectorize([float64(float64, float64)])
        def h(a, b):
            return max(a, b)
        print(*f(np.ones(3), 2), g(1), h(np.array([1.0, 5.0]), 2.0).tolist(), importlib.util.find_spec("numba") is not None)
    """
    assert adapted(source) == ["2.5 [0, 1] int32 2 [2.0, 5.0] True"]


def test_names_of_older_releases(adapted: Adapted):
    """Protects `boxes.astype(np.float)`, which runs where it was written: with the names gone, right code had no points."""
    pytest.importorskip("numpy", reason="needs NumPy")
    pytest.importorskip("matplotlib", reason="needs matplotlib")
    source = """
        import numpy as np
        from PIL import Image
        from matplotlib import cm
        print(np.zeros(1).astype(np.float).dtype, np.array([1.5], dtype=np.int)[0], np.product([2, 3]), np.Inf, np.dtype(np.bool))
        print(np.in1d([[1, 2], [3, 4]], [2, 3]).tolist())
        print(Image.new("L", (4, 4)).resize((2, 2), Image.ANTIALIAS).size, cm.get_cmap("viridis").name)
        try:
            np.no_such_name
        except AttributeError as error:
            print(error)
    """
    told = "module 'numpy' has no attribute 'no_such_name'"
    found = "[False, True, True, False]"
    assert adapted(source) == ["float64 1 6 inf bool", found, "(2, 2) viridis", told, "older_name_read"]


def test_a_name_that_numpy_lacks_since_its_release_for_python_3_12():
    """Protects `np.row_stack([boxes, box])` where Python is newer: NumPy 2.5, which has it no more, is not made for 3.11."""
    numpy, notes, adapts = ModuleType("numpy"), Notes(), {}
    vars(numpy).update(vstack=lambda rows: rows, __getattr__=lambda name: pytest.fail(name))
    older.install(SimpleNamespace(when_imported=adapts.setdefault), notes)
    adapts["numpy"](numpy)
    assert numpy.row_stack is numpy.vstack
    assert notes.take() == [{"code": "older_name_read"}]


def test_newer_names_are_no_older_ones(adapted: Adapted):
    """Nobody is told of old names who, or whose library, has used none."""
    pytest.importorskip("numpy", reason="needs NumPy")
    assert adapted("import numpy as np; print(np.float64(1), hasattr(np, 'no_such_name'))") == ["1.0 False"]


@pytest.mark.torch
def test_threads_stay_one(adapted: Adapted):
    """More threads in a submission would make a forked test wait for threads that it does not have."""
    pytest.importorskip("torch", reason="needs torch")
    source = """
        import torch
        before = torch.get_num_threads()
        torch.set_num_threads(before + 7)
        print(torch.get_num_threads() == before)
    """
    assert adapted(source)[0] == "True"


@pytest.mark.torch
def test_missing_weights(adapted: Adapted, tmp_path: Path):
    """Weights of the assignment's own architecture are found under any path; others are missing."""
    torch = pytest.importorskip("torch", reason="needs torch")
    (tmp_path / "hub" / "checkpoints").mkdir(parents=True)
    torch.save({"w": torch.ones(1)}, tmp_path / "hub" / "checkpoints" / "resnet50-abc.pth")
    source = """
        import torch
        print(torch.load("/content/drive/resnet50-abc.pth"), torch.load("resnet50_mine.pt")["w"].item())
        try:
            torch.load("vgg16.pth")
        except FileNotFoundError:
            print("missing")
    """
    assert adapted(source) == ["{'w': tensor([1.])} 1.0", "missing", "weights_served weights_served"]


@pytest.mark.torch
@pytest.mark.parametrize(
    "make",
    [
        "torchvision.models.squeezenet1_1(weights='DEFAULT')",
        "torchvision.models.squeezenet1_1(); net.load_state_dict(torch.hub.load_state_dict_from_url('http://there/mine.pth'))",
    ],
)
def test_weights_of_another_network(adapted: Adapted, make: str):
    """Protects what follows on a network of another kind, whose weights cannot be downloaded: it keeps its random ones."""
    pytest.importorskip("torch", reason="needs torch")
    source = f"""
        import torch, torchvision
        net = {make}
        print(sum(parameter.numel() for parameter in net.parameters()))
    """
    assert adapted(source) == ["1235496", "weights_missing"]


def test_breakpoints(adapted: Adapted):
    """Protects who left one in: nobody is there to go on."""
    source = """
        import pdb
        breakpoint()
        pdb.set_trace()
        print("went on")
    """
    assert adapted(source)[0] == "went on"
    assert set(adapted(source)[1].split()) == {"breakpoint_passed"}


@pytest.mark.torch
def test_pictures_that_come_prepared(adapted: Adapted):
    """A transform that starts from a picture lets a tensor of a test through; it changes every other tensor as ever."""
    pytest.importorskip("torchvision", reason="needs torchvision")
    source = """
        import torch
        from torchvision import transforms as T
        given = torch.zeros(3, 4, 4); given.came_prepared = True
        whole = T.Compose([T.Resize(8), T.ToTensor(), T.Normalize([1.0] * 3, [1.0] * 3)])
        tensors_only = T.Compose([T.Normalize([1.0] * 3, [1.0] * 3)])
        print(whole(given) is given, tensors_only(given).max().item())
        batch = torch.zeros(1, 3, 4, 4); batch.came_prepared = True
        for other in (torch.zeros(3, 4, 4), batch):
            try:
                whole(other)
            except TypeError:
                print("as ever")
    """
    assert adapted(source) == ["True -1.0", "as ever", "as ever", "picture_prepared"]


@pytest.mark.torch
def test_a_prepared_picture_is_converted_as_pictures_of_pillow_are(adapted: Adapted):
    """Protects `transform(picture.convert("RGB"))`; no other tensor has such a method, which code may look for."""
    pytest.importorskip("torchvision", reason="needs torchvision")
    source = """
        import torch
        given = torch.zeros(3, 4, 4); given.came_prepared = True
        batch = torch.zeros(1, 3, 4, 4); batch.came_prepared = True
        print(given.convert("RGB") is given, [hasattr(other, "convert") for other in (torch.zeros(3, 4, 4), batch, given + 1)])
        try:
            batch.convert("RGB")
        except AttributeError as error:
            print(error)
    """
    expected = ["True [False, False, False]", "'Tensor' object has no attribute 'convert'", "picture_prepared"]
    assert adapted(source) == expected
