import socket

from core import network


def test_a_listening_port_is_online_and_a_closed_one_is_not():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert network.probe("127.0.0.1", port) is True
        assert network.online() is True
    assert network.probe("127.0.0.1", port) is False
    assert network.online() is False
