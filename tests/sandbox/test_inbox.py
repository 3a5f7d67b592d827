"""What the inbox shows, and the means to steer the sandbox, over the socket."""

import pytest

from cascade_frames.sandbox import Sandbox
from cascade_frames.sandbox import inbox as inbox_module

from .samples import STANDARD, ahead, client_of, promo, promos, survey

STANDING = 1e-9


def look(client, **query):
    """Return what the inbox shows for a query."""
    answer = client.get("/sandbox/inbox", params=query)
    assert answer.status_code == 200
    return answer.json()


def phones(shown):
    """Return the phones of the conversations shown."""
    return [conversation["toPhone"] for conversation in shown["conversations"]]


def someone(number):
    """Return a phone."""
    return f"+38050{number:07d}"


def test_the_latest_conversation_is_first_and_read_from_the_start(client):
    """The list is newest first, a conversation oldest first, as in any messenger."""
    for number in (1, 2, 1):
        client.post(STANDARD, json=[promo(toPhone=someone(number), text=f"to {number}")])
    shown = look(client, phone=someone(1))
    assert phones(shown) == [someone(1), someone(2)]
    assert [message["number"] for message in shown["messages"]] == [0, 2]
    assert shown["reach"] == shown["conversations"][0]["reach"]


def test_what_is_shown_agrees_with_the_truth_at_every_moment():
    """State, channel and cost are those of the deliveries, while they change."""
    with Sandbox(speed=STANDING) as sandbox, client_of(sandbox) as client:
        compare_while_time_passes(client, sandbox)


def compare_while_time_passes(client, sandbox):
    """Send, step the time and compare what is shown with the table of deliveries."""
    batch = [promo(id=f"m-{n}", toPhone=someone(n)) for n in range(50)]
    batch += [promo(id="later", toPhone=someone(99), scheduledSent=ahead(hours=1))]
    client.post(STANDARD, json=batch)
    for seconds in (0, 30, 60, 600, 3600, 600):
        sandbox.step(seconds)
        truth = sandbox.deliveries().set_index("id")
        shown = look(client)
        assert len(shown["conversations"]) == 51
        for message in shown["conversations"]:
            row = truth.loc[message["id"]]
            assert message["state"] == row["deliverystatus"]
            assert message["cost"] == row["cost"]
        states = {state: count for state, count in shown["totals"]["states"].items() if count}
        assert states == truth["deliverystatus"].value_counts().to_dict()
        channels = {name: count for name, count in shown["totals"]["channels"].items() if count}
        assert channels == truth["channel"].value_counts().to_dict()
        assert shown["totals"]["cost"] == pytest.approx(truth["cost"].sum())


def test_filters_and_search_find_what_they_name(client, sandbox):
    """Words are found in any case and alphabet; filters narrow and combine."""
    client.post(STANDARD, json=[promo(toPhone=someone(n), id=f"m-{n}") for n in range(40)])
    client.post(STANDARD, json=[survey(toPhone=someone(50), id="ask", text="ЯК ВАМ?")])
    client.post(STANDARD, json=[promo(toPhone=someone(51), scheduledSent=ahead(hours=1))])
    assert phones(look(client, q="як вам")) == [someone(50)]
    assert phones(look(client, q="ASK")) == [someone(50)]
    assert phones(look(client, q=someone(7)[3:])) == [someone(7)]
    assert phones(look(client, q="%")) == []
    assert phones(look(client, type="viber_survey")) == [someone(50)]
    assert phones(look(client, state="scheduled")) == [someone(51)]
    assert len(phones(look(client, state="processing"))) == 41
    sandbox.step(600)
    truth = sandbox.deliveries()
    by_sms = truth.loc[truth["channel"] == "sms", "toPhone"].tolist()
    assert sorted(phones(look(client, channel="sms"))) == sorted(by_sms)
    assert phones(look(client, channel="sms", q=someone(51))) == []
    lost = truth.loc[truth["deliverystatus"] == "undeliverable", "toPhone"].tolist()
    assert sorted(phones(look(client, state="undeliverable"))) == sorted(lost)


def test_older_conversations_are_a_page_away(client):
    """Every phone can be reached by going back, page by page."""
    client.post(STANDARD, json=[promo(id=f"m-{n}", toPhone=someone(n)) for n in range(150)])
    found, before = [], ""
    while page := look(client, before=before)["conversations"]:
        found += [conversation["toPhone"] for conversation in page]
        before = page[-1]["number"]
    assert found == [someone(number) for number in reversed(range(150))]


def test_a_long_backlog_is_read_in_stretches(client, monkeypatch):
    """Opening the inbox on many messages never blocks for long, and ends complete."""
    monkeypatch.setattr(inbox_module, "STRETCH", 100)
    for start in range(0, 500, 50):
        client.post(STANDARD, json=promos(50, start))
    behind = [look(client)["behind"] for _ in range(6)]
    assert behind == [400, 300, 200, 100, 0, 0]
    assert look(client)["totals"]["messages"] == 500


@pytest.mark.parametrize("query", [{"before": "x"}, {"before": "9" * 100}, {"state": "odd"}])
def test_an_odd_query_is_answered(client, query):
    """A mistyped address shows something or nothing, never a fault."""
    client.post(STANDARD, json=promos(1))
    look(client, **query)


def test_the_page_and_its_parts_are_served(client, sandbox):
    """The inbox needs nothing from outside, and its requests are not the API's."""
    page = client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for name in ("inbox.css", "inbox.js", "icon.svg"):
        assert client.get(f"/sandbox/page/{name}").status_code == 200
        assert "http://" not in client.get(f"/sandbox/page/{name}").text.replace(
            "http://www.w3.org/2000/svg", ""
        )
    assert client.get("/sandbox/page/../server.py").status_code == 404
    assert client.get("/favicon.ico").status_code == 301
    look(client)
    assert sandbox.requests().empty


def test_time_is_stepped_over_the_wire(client):
    """A client in any language can move the time on."""
    before = client.get("/sandbox/clock").json()
    after = client.post("/sandbox/clock", json={"seconds": 3600}).json()
    assert 3600 <= (after["now"] - before["now"]) / 1e6 < 3660
    assert after["speed"] == 1
    for wrong in ({}, [], {"seconds": -1}, {"seconds": True}, {"seconds": "1"}, {"seconds": 1e300}):
        assert client.post("/sandbox/clock", json=wrong).status_code == 400
    assert client.post("/sandbox/clock", content=b"{}").status_code == 415


def test_faults_are_set_over_the_wire(client):
    """A client in any language can ask for trouble, and for peace again."""
    plan = {"seed": 3, "faults": [{"kind": "status", "status": 503, "body": "3", "nth": [1]}]}
    answer = client.put("/sandbox/faults", json=plan).json()
    assert answer["seed"] == 3
    assert answer["faults"][0]["status"] == 503
    assert client.post(STANDARD, json=promos(1)).status_code == 503
    assert client.post(STANDARD, json=promos(1)).status_code == 200
    assert client.delete("/sandbox/faults").json() == {"faults": [], "seed": 0}
    assert client.get("/sandbox/faults").json() == {"faults": [], "seed": 0}
    for wrong in (
        [],
        {"fault": []},
        {"faults": [{"kind": "odd"}]},
        {"faults": [{"kind": "cut", "seconds": -1}]},
    ):
        assert client.put("/sandbox/faults", json=wrong).status_code == 400
