"""Opens the hidden tests, the reference, a neighbour's work, the results, the cache and a private key where they are."""
# bare: MARK

from kit import *

for path in TARGET["files"]:
    marked(lambda path=path: open(path).read(), lambda path=path: open("/proc/self/root" + path).read())
    marked(lambda path=path: open("/proc/self/cwd/../../.." + path).read())
for folder in TARGET["folders"]:
    marked(lambda folder=folder: list(pathlib.Path(folder).iterdir()))
    marked(lambda folder=folder: TARGET["wall"] == "bubblewrap" and pathlib.Path(folder).exists())
