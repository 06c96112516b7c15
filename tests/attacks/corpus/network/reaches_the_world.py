"""Reaches for the world: names, well-known addresses, downloads, clones, mail."""

import socket
import subprocess
import urllib.request

from kit import *

socket.setdefaulttimeout(0.3)
for host in ("pypi.org", "example.com", "localhost.localdomain"):
    marked(lambda: socket.getaddrinfo(host, 443), lambda: socket.gethostbyname(host))
for address in (("1.1.1.1", 53), ("8.8.8.8", 443), ("93.184.216.34", 80)):
    marked(lambda: socket.create_connection(address))
for url in ("http://1.1.1.1/", "https://pypi.org/simple/", f"http://127.0.0.1:{TARGET['tcp']}/", "ftp://1.1.1.1/x"):
    marked(lambda: urllib.request.urlopen(url))
for command in (["curl", "-sm1", "http://1.1.1.1"], ["ping", "-c1", "-W1", "1.1.1.1"], ["wget", "-T1", "-t1", "http://1.1.1.1"]):
    marked(lambda: subprocess.run(command, capture_output=True, timeout=3).returncode == 0)
