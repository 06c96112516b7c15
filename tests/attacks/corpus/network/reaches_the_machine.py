"""Connects to servers on the machine: TCP, UDP, abstract and path sockets, on every address that could be the machine's."""
# bare: MARK

import socket

from kit import *


def stream(family, address):
    with socket.socket(family) as client:
        client.settimeout(0.2)
        client.connect(address)
        return True


def datagram(family, address):
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.sendto(b"here I am", address)
        return family == socket.AF_UNIX


for host in ("127.0.0.1", "localhost", "0.0.0.0", "10.0.2.2", "172.17.0.1", "192.168.0.1", "169.254.169.254"):
    marked(lambda: stream(socket.AF_INET, (host, TARGET["tcp"])), lambda: datagram(socket.AF_INET, (host, TARGET["udp"])))
for host in ("::1", "::ffff:127.0.0.1"):
    marked(lambda: stream(socket.AF_INET6, (host, TARGET["tcp"])), lambda: datagram(socket.AF_INET6, (host, TARGET["udp"])))
for name in (TARGET["abstract"], TARGET["socket"], "/run/docker.sock", "/var/run/docker.sock", "/run/dbus/system_bus_socket", "/tmp/.X11-unix/X0"):
    marked(lambda: stream(socket.AF_UNIX, name))
for name in (TARGET["datagrams"], "/dev/log", "/run/systemd/journal/socket"):
    marked(lambda: datagram(socket.AF_UNIX, name))
