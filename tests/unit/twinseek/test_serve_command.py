import socket

import pytest

from twins.errors import TwinseekError
from twinseek.commands.serve_command import check_free


def test_a_port_that_is_taken_is_refused_with_what_to_do():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(TwinseekError, match=rf"127\.0\.0\.1:{port} .*choose another port \(--port\)"):
            check_free("127.0.0.1", port)
    check_free("127.0.0.1", port)


@pytest.mark.parametrize("host", ["a..b", "x" * 70])
def test_what_can_be_no_address_is_refused_in_a_sentence(host):
    with pytest.raises(TwinseekError, match=r"is no address: .* \(--host\)"):
        check_free(host, 80)
