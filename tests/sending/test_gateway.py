"""One request over a real socket, and the evidence it leaves, whatever the server does."""

import asyncio
import gzip
import inspect
import logging
import os
import ssl
import subprocess
import threading
import time

import httpx
import pytest

from cascade_frames.contract import Route
from cascade_frames.sending.evidence import Failure
from cascade_frames.sending.gateway import Gateway, failure_of
from cascade_frames.sending.transport import REPLY_CAP_BYTES
from tests.support.raw import RawServer, accept, free_port, http
from tests.support.segments import KEY, account

PATH = Route.STANDARD.path
BODY = b'[{"id": "a"}]'


@pytest.fixture(params=["auto", "httpx"], autouse=True)
def _each_transport(request, monkeypatch):
    """Hold every transport to the same evidence."""
    monkeypatch.setenv("CASCADE_TRANSPORT", request.param)


def post(url, body=BODY, **fields):
    """Post once through a gateway of its own."""

    async def go():
        async with Gateway(account(url, **fields)) as gateway:
            return await gateway.post(PATH, body)

    return asyncio.run(go())


def get(url, path="/bat/message/a%2Fb", **fields):
    """Get once through a gateway of its own."""

    async def go():
        async with Gateway(account(url, **fields)) as gateway:
            return await gateway.get(path)

    return asyncio.run(go())


def test_a_get_carries_the_keys_and_no_body():
    """A status is asked for by the path as it is, with the account's headers and nothing else."""
    with RawServer(lambda *_: http(200, b"{}")) as server:
        evidence = get(server.url)
    assert (evidence.status, evidence.body, evidence.complete) == (200, b"{}", True)
    (seen,) = server.seen
    assert (seen.method, seen.path, seen.body) == ("GET", "/bat/message/a%2Fb", b"")
    assert seen.headers["x-authorization-key"] == KEY
    assert not {"content-type", "content-length", "transfer-encoding"} & seen.headers.keys()


def test_a_get_leaves_the_evidence_of_a_post():
    """Redirects are not followed, refusals are discreet, and the deadline is for the whole."""
    with RawServer(accept) as other:
        answers = {
            "/moved": http(302, Location=other.url + "/moved"),
            "/no": http(403, b'{"error": {"code": "X", "message": "key test-key-5f1c"}}'),
        }

        def answer(seen, line):
            if seen.path != "/slow":
                return answers[seen.path]
            line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
            while not server.stopping.wait(0.05):
                line.send(b" ")
            return None

        with RawServer(answer) as server:
            moved, no, slow = (get(server.url, path, deadline=0.5) for path in [*answers, "/slow"])
    assert moved.status == 302
    assert other.seen == []
    assert KEY not in no.hide("key test-key-5f1c")
    assert (slow.status, slow.complete, slow.error) == (200, False, "deadline")


def test_a_get_whose_connection_is_closed_is_not_repeated_unasked():
    """How often one message is asked for is decided above the transport, and nowhere else."""
    found = []

    def answer(seen, line):  # noqa: ARG001 - an answer takes both
        return http(200, b"{}") if seen.number == 1 else None

    async def go():
        async with Gateway(account(server.url)) as gateway:
            found.extend([await gateway.get("/first"), await gateway.get("/second")])

    with RawServer(answer) as server:
        asyncio.run(go())
    assert [one.status for one in found] == [200, None]
    assert (found[1].left, found[1].failure) == (True, Failure.LOST)
    assert [seen.path for seen in server.seen] == ["/first", "/second"]


def test_a_refused_port_has_not_left():
    """Nobody listens: provably nothing was accepted."""
    evidence = post(f"http://127.0.0.1:{free_port()}")
    assert (evidence.left, evidence.status, evidence.failure) == (False, None, Failure.CONNECT)


def test_a_name_that_does_not_exist_has_not_left():
    """A wrong base URL is found before anything leaves."""
    evidence = post("https://nowhere.invalid")
    assert (evidence.left, evidence.failure) == (False, Failure.CONNECT)


def test_a_failed_tls_handshake_has_not_left():
    """No byte of a message goes to who cannot prove to be the API."""
    with RawServer(accept, greet=lambda line: line.send(b"HTTP/1.1 400 No\r\n\r\n")) as server:
        evidence = post(server.url.replace("http:", "https:"))
    assert (evidence.left, evidence.failure) == (False, Failure.CONNECT)
    assert server.seen == []


@pytest.mark.parametrize("when", ["before reading", "after reading"])
def test_a_reset_has_left(when):
    """A connection broken off proves nothing, whether or not the request was read."""

    def greet(line):
        if when == "before reading":
            line.connection.recv(1)
            line.reset()
        return when == "after reading"

    with RawServer(lambda _, line: line.reset(), greet) as server:
        evidence = post(server.url, b"[" + b" " * 4_000_000 + b"]")
    assert (evidence.left, evidence.status, evidence.failure) == (True, None, Failure.LOST)
    assert len(server.seen) == (when == "after reading")


def test_a_closed_connection_has_left():
    """A server that hangs up without a word may have accepted."""
    with RawServer(lambda *_: None) as server:
        evidence = post(server.url)
    assert (evidence.left, evidence.status, evidence.failure) == (True, None, Failure.LOST)


@pytest.mark.parametrize(
    "answer",
    [b"no HTTP at all\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\x00" * 99],
)
def test_an_answer_that_is_no_http_has_left(answer):
    """What cannot be understood is no proof of anything."""
    with RawServer(lambda *_: answer) as server:
        evidence = post(server.url)
    assert (evidence.left, evidence.status, evidence.failure) == (True, None, Failure.LOST)


def test_a_truncated_body_is_not_complete():
    """A 200 that ends early keeps its status and says that it is not whole."""

    def answer(_, line):
        line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[]")

    with RawServer(answer) as server:
        evidence = post(server.url)
    assert (evidence.status, evidence.complete, evidence.failure) == (200, False, Failure.LOST)


def test_a_body_that_does_not_decode_is_not_complete():
    """A wrong encoding is no answer."""
    with RawServer(lambda *_: http(200, b"[]", Content_Encoding="gzip")) as server:
        evidence = post(server.url)
    assert (evidence.status, evidence.complete) == (200, False)


def test_a_body_over_the_cap_is_cut_off():
    """An endless answer neither fills the memory nor counts as an answer."""

    def answer(seen, line):  # noqa: ARG001 - an answer takes both
        line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n")
        for _ in range(REPLY_CAP_BYTES // 65536 + 8):
            line.send(b" " * 65536)

    with RawServer(answer) as server:
        evidence = post(server.url)
    assert (evidence.status, evidence.complete, evidence.body) == (200, False, b"")


def test_a_dripping_server_meets_the_total_deadline():
    """The deadline is for the whole answer, not for each byte of it."""

    def answer(_, line):
        line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
        while not server.stopping.wait(0.05):
            line.send(b" ")

    with RawServer(answer) as server:
        began = time.monotonic()
        evidence = post(server.url, deadline=0.5)
        took = time.monotonic() - began
    assert 0.5 <= took < 1.5
    assert (evidence.left, evidence.status, evidence.complete) == (True, 200, False)
    assert evidence.error == "deadline"


def test_a_silent_server_holds_no_connection_past_the_deadline():
    """Another request gets through, though one connection is all there is."""

    def answer(seen, line):  # noqa: ARG001 - an answer takes both
        if seen.number == 1:
            server.stopping.wait(5)
            return None
        return accept(seen)

    async def go():
        async with Gateway(account(server.url, deadline=0.5, max_in_flight=1)) as gateway:
            return [await gateway.post(PATH, BODY) for _ in range(2)]

    with RawServer(answer) as server:
        silent, answered = asyncio.run(go())
    assert (silent.left, silent.status, silent.failure) == (True, None, Failure.LOST)
    assert (answered.status, answered.complete) == (200, True)


def test_an_answer_is_read_though_the_loop_was_held_up_past_the_deadline():
    """What came in time counts: that nobody looked is no fault of the server's."""
    asked = threading.Event()

    def answer(seen, line):  # noqa: ARG001 - an answer takes both
        asked.set()
        return accept(seen)

    async def go(url):
        async with Gateway(account(url, deadline=0.5)) as gateway:
            posting = asyncio.create_task(gateway.post(PATH, BODY))
            await asyncio.to_thread(asked.wait)
            time.sleep(1)  # noqa: ASYNC251 - holds the loop up, on purpose
            return await posting

    with RawServer(answer) as server:
        evidence = asyncio.run(go(server.url))
    assert (evidence.status, evidence.complete) == (200, True)


def test_what_has_not_left_by_the_deadline_never_leaves():
    """A request reported as not left is repeated, so it must not go out late."""

    async def go():
        async with Gateway(account(server.url)) as gateway:
            gateway._deadline = 0
            evidence = await gateway.post(PATH, BODY)
            await asyncio.wait(set(gateway._under_way), timeout=5)
            return evidence

    with RawServer(accept) as server:
        evidence = asyncio.run(go())
    assert not evidence.left
    assert server.seen == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status):
    """Keys go to the configured address and to no other."""
    with RawServer(accept) as other:
        target = other.url + PATH
        with RawServer(lambda *_: http(status, Location=target)) as server:
            evidence = post(server.url)
    assert evidence.status == status
    assert other.seen == []


def test_html_is_passed_on_as_it_is():
    """A captive portal's page is evidence like any other."""
    page = b"<!doctype html><title>Log in</title>"
    with RawServer(lambda *_: http(200, page, Content_Type="text/html")) as server:
        evidence = post(server.url)
    assert (evidence.status, evidence.body, evidence.complete) == (200, page, True)


def test_idle_connections_are_given_up_before_the_server_does(monkeypatch):
    """A server that closes idle connections after a while costs no answer."""
    monkeypatch.setattr("cascade_frames.sending.gateway.KEEP_IDLE_SECONDS", 0.2)
    lines = set()

    def answer(seen, line):
        lines.add(line)
        line.connection.settimeout(0.5)  # TimeoutError, an OSError, ends the connection
        return accept(seen)

    async def go():
        async with Gateway(account(server.url)) as gateway:
            found = []
            for pause in (0.0, 0.0, 0.45, 0.7):
                await asyncio.sleep(pause)
                found.append(await gateway.post(PATH, BODY))
            return found

    with RawServer(answer) as server:
        found = asyncio.run(go())
    assert [one.status for one in found] == [200] * 4
    assert len(lines) == 3


def test_a_connection_that_the_server_closes_at_once_is_not_used_again():
    """A server that hangs up after each answer costs no answer either."""

    def answer(seen, line):
        line.send(accept(seen))

    async def go():
        async with Gateway(account(server.url)) as gateway:
            found = []
            for _ in range(5):
                found.append((await gateway.post(PATH, BODY)).status)
                await asyncio.sleep(0.02)
            return found

    with RawServer(answer) as server:
        assert asyncio.run(go()) == [200] * 5


@pytest.mark.parametrize("together", [False, True])
def test_an_answer_that_nobody_asked_for_is_not_taken_for_the_next(together, request):
    """A refusal left over from one request would prove of the next that nothing was accepted."""
    if together and os.environ["CASCADE_TRANSPORT"] == "httpx":
        reason = "h11 keeps what it read beyond an answer, and gives it as the next one"
        request.applymarker(pytest.mark.xfail(reason=reason, strict=True))
    refusal = http(400, b'{"error": {"code": "X", "message": "m"}}')

    def answer(seen, line):
        if seen.number > 1:
            return accept(seen)
        line.send(accept(seen) + (refusal if together else b""))
        time.sleep(0.05)  # the client has read by then what it will read of this answer
        return b"" if together else refusal

    async def go():
        async with Gateway(account(server.url)) as gateway:
            found = [await gateway.post(PATH, BODY)]
            await asyncio.sleep(0.1)
            return [*found, await gateway.post(PATH, BODY)]

    with RawServer(answer) as server:
        found = asyncio.run(go())
    assert [one.status for one in found] == [200, 200]
    assert len(server.seen) == 2


def test_a_connection_that_breaks_under_its_second_request_has_left_once():
    """No transport repeats a request by itself: the first may have been accepted."""

    async def go():
        async with Gateway(account(server.url)) as gateway:
            return [await gateway.post(PATH, BODY), await gateway.post(PATH, BODY)]

    with RawServer(lambda seen, _: accept(seen) if seen.number == 1 else None) as server:
        first, second = asyncio.run(go())
    assert first.status == 200
    assert (second.left, second.status, second.failure) == (True, None, Failure.LOST)
    assert len(server.seen) == 2


def test_a_large_body_goes_out_whole_and_by_its_length():
    """Messages may be long; the API is told how long before they come."""
    body = b"[" + b'"\xd1\x97", ' * 600_000 + b"1]"
    with RawServer(lambda *_: http(200, b"[]")) as server:
        evidence = post(server.url, body)
    (seen,) = server.seen
    assert (evidence.status, seen.body) == (200, body)
    assert "transfer-encoding" not in seen.headers


def test_no_cookie_is_kept():
    """An answer leaves nothing that would go along with the next request."""

    async def go():
        async with Gateway(account(server.url)) as gateway:
            return [await gateway.post(PATH, BODY), await gateway.post(PATH, BODY)]

    with RawServer(lambda *_: http(200, b"[]", Set_Cookie="a=b; Path=/")) as server:
        asyncio.run(go())
    assert "cookie" not in server.seen[1].headers


def test_each_header_is_sent_once():
    """What the API sees does not depend on the transport."""
    with RawServer(accept) as server:
        post(server.url)
    names = [line.split(b":")[0].lower() for line in server.seen[0].head.split(b"\r\n")[1:]]
    assert sorted(names) == sorted(
        b"host accept accept-encoding user-agent content-type content-length "
        b"x-authorization-key".split()
    )


def test_a_compressed_answer_is_read():
    """A proxy before the API may compress its answers."""
    with RawServer(lambda *_: http(200, gzip.compress(b"[]"), Content_Encoding="gzip")) as server:
        evidence = post(server.url)
    assert (evidence.status, evidence.body, evidence.complete) == (200, b"[]", True)


def test_a_server_that_cannot_prove_itself_has_seen_nothing(tmp_path):
    """A certificate that nobody vouches for ends the connection before anything leaves."""
    names = [str(tmp_path / name) for name in ("key.pem", "cert.pem")]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(  # noqa: S603 - the command is above
        [*made, *subject, "-keyout", names[0], "-out", names[1]], check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(names[1], names[0])

    def greet(line):
        line.connection = context.wrap_socket(line.connection, server_side=True)
        return True

    with RawServer(accept, greet) as server:
        evidence = post(server.url.replace("http:", "https:"))
    assert (evidence.left, evidence.failure) == (False, Failure.CONNECT)
    assert server.seen == []


def test_every_configured_key_is_sent_and_none_is_logged(caplog):
    """All three headers may go together; no logger of ours or of httpx ever sees a key."""
    keys = {"api_key": "key-one-9", "viber_token": "key-two-9", "telegram_key": "key-three-9"}
    caplog.set_level(logging.DEBUG)
    for name in (
        "aiohttp.client",
        "asyncio",
        "httpx",
        "httpcore",
        "httpcore.http11",
        "httpcore.connection",
        "cascade_frames",
    ):
        caplog.set_level(logging.DEBUG, name)
    with RawServer(accept) as server:
        evidence = post(server.url, **keys)
    assert evidence.status == 200
    headers = server.seen[0].headers
    assert headers["x-authorization-key"] == "key-one-9"
    assert headers["x-viber-auth-token"] == "key-two-9"
    assert headers["x-tg-bot-key"] == "key-three-9"
    assert not [key for key in keys.values() if key in caplog.text]


def test_only_configured_keys_are_sent():
    """A key that is not there leaves no empty header."""
    with RawServer(accept) as server:
        post(server.url)
    assert server.seen[0].headers["x-authorization-key"] == KEY
    assert not {"x-viber-auth-token", "x-tg-bot-key"} & server.seen[0].headers.keys()


def test_evidence_shows_no_body():
    """An answer may quote a phone or a text, and a repr may be logged."""
    with RawServer(lambda *_: http(400, b"+380501112233")) as server:
        evidence = post(server.url)
    assert evidence.body == b"+380501112233"
    assert "38050" not in repr(evidence)


def test_a_proxy_that_refuses_the_tunnel_has_taken_no_message(monkeypatch):
    """The request for a tunnel carries no message, so nothing has left."""
    with RawServer(lambda *_: http(407)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        evidence = post("https://api.invalid")
    assert proxy.seen[0].method == "CONNECT"
    assert (evidence.left, evidence.failure) == (False, Failure.MISUSE)


def test_a_transport_of_the_callers_counts_as_left():
    """Without httpx's own trace there is no proof that nothing left."""

    class Elsewhere(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            raise httpx.ConnectError("", request=request)

    async def go():
        async with Gateway(account("http://127.0.0.1:9"), Elsewhere()) as gateway:
            return await gateway.post(PATH, BODY)

    evidence = asyncio.run(go())
    assert (evidence.left, evidence.failure) == (True, Failure.CONNECT)


def test_closing_answers_those_who_still_wait():
    """A gateway closed under a request gives its waiter evidence, not a cancellation."""

    async def go():
        gateway = Gateway(account(server.url))
        waiting = asyncio.create_task(gateway.post(PATH, BODY))
        await asyncio.to_thread(came.wait, 5)
        await gateway.aclose()
        return await waiting, len(asyncio.all_tasks())

    came = threading.Event()
    with RawServer(lambda *_: came.set() or (server.stopping.wait(5) and None)) as server:
        evidence, tasks = asyncio.run(go())
    assert (evidence.left, evidence.failure) == (True, Failure.LOST)
    assert tasks == 1


CONNECT = {"ConnectError", "ConnectTimeout", "PoolTimeout"}
MISUSE = {"UnsupportedProtocol", "InvalidURL", "LocalProtocolError", "ProxyError"}
LOST = {
    "CloseError", "CookieConflict", "DecodingError", "HTTPError", "HTTPStatusError",
    "NetworkError", "ProtocolError", "ReadError", "ReadTimeout", "RemoteProtocolError",
    "RequestError", "RequestNotRead", "ResponseNotRead", "StreamClosed", "StreamConsumed",
    "StreamError", "TimeoutException", "TooManyRedirects", "TransportError", "WriteError",
    "WriteTimeout",
}  # fmt: skip


def test_every_httpx_error_has_a_decided_failure():
    """A new class of httpx's fails here, and is decided on by a person."""
    found = {
        name: kind
        for name, kind in inspect.getmembers(httpx, inspect.isclass)
        if issubclass(kind, Exception)
    }
    assert found.keys() == CONNECT | MISUSE | LOST
    for name, kind in found.items():
        error = kind.__new__(kind)
        wanted = Failure.CONNECT if name in CONNECT else Failure.LOST
        assert failure_of(error) is (Failure.MISUSE if name in MISUSE else wanted)


def test_what_is_no_httpx_error_is_lost():
    """Anything unrecognised proves nothing."""
    assert failure_of(OSError()) is Failure.LOST
    assert failure_of(RuntimeError()) is Failure.LOST
