"""A cluster behind TLS that asks for a password: its nodes announce the ports at which TLS ends in front of them."""

import asyncio
import ssl
from contextlib import AsyncExitStack, suppress

import pytest
import trustme

from bot.errors import StoreError
from bot.store.connect import open_store
from tests.support.clusters import clustered
from tests.support.tls import server_tls

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]


def passing(port):
    """Everything goes on to a node, both ways."""

    async def copy(reader, writer):
        with suppress(OSError, ssl.SSLError):
            while chunk := await reader.read(65536):
                writer.write(chunk)
        writer.close()

    async def serve(reader, writer):
        inner, outer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(copy(reader, outer), copy(inner, writer))

    return serve


async def test_certificates_and_password_are_the_same_for_all_nodes(tmp_path):
    """Also for those that only the first one names; without them nobody is asked anything."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    tls = server_tls(authority.issue_cert("127.0.0.1"))
    async with AsyncExitStack() as stack:
        nodes = await stack.enter_async_context(clustered(tmp_path, replicas=0))
        announced = {}
        for port in nodes.running:
            server = await asyncio.start_server(passing(port), "127.0.0.1", 0, ssl=tls)
            stack.callback(server.close)
            announced[port] = server.sockets[0].getsockname()[1]
            await nodes.said(port, "CONFIG", "SET", "cluster-announce-port", announced[port])
        for port in nodes.running:
            true = lambda rows: {row[2][1] for row in rows} == set(announced.values())  # noqa: E731
            await nodes.until(port, "CLUSTER", "SLOTS", true=true)
            await nodes.said(port, "CONFIG", "SET", "requirepass", "s3cret")
        seed = f"127.0.0.1:{min(announced.values())}"
        async with open_store(f"rediss+cluster://:s3cret@{seed}?ssl_ca_certs={tmp_path}/ca.pem", tmp_path) as store:
            for service in ("one", "two", "three", "four", "five"):
                assert (await store.append(service, "run1", 1, [b"a"])).last_seq == 1
            assert (await store.info()).servers == 3
            assert [warning for warning in store.warnings if "nobody has a copy" in warning]
        for wrong, why in (
            (f"rediss+cluster://:s3cret@{seed}", "certificate verify failed"),
            (f"rediss+cluster://:other@{seed}?ssl_ca_certs={tmp_path}/ca.pem", "refuses this user and password"),
        ):
            with pytest.raises(StoreError, match=why) as caught:
                async with open_store(wrong, tmp_path):
                    pass
            assert "s3cret" not in str(caught.value)
