"""Variables uploaded and placed."""

import pytest

from .samples import STANDARD, promo

ITEMS = "/api/items"


def upload(client, *variables):
    """Upload variables and return the answer."""
    return client.post(ITEMS, json={"variables": list(variables)})


def test_values_uploaded_are_placed_in_texts(client, sandbox):
    """A campaign's names and links reach the text a recipient reads; the last write wins."""
    largest = 2**63 - 1
    assert upload(
        client,
        {"id": 1, "type": "name", "value": "Олена"},
        {"id": largest, "type": "url", "value": "https://example.com/a"},
        {"id": 1, "type": "name", "value": "Ольга"},
    ).is_success
    text = f"%name=1%: %url={largest}%"
    assert client.post(STANDARD, json=[promo(text=text)]).is_success
    upload(client, {"id": 1, "type": "name", "value": "Надія"})
    assert client.post(STANDARD, json=[promo(text="%name=1%")]).is_success
    accepted = sandbox.accepted()
    assert accepted["text"].tolist() == ["Ольга: https://example.com/a", "Надія"]
    assert accepted["template"].tolist() == [text, "%name=1%"]


def test_a_short_link_leads_on_even_after_its_id_is_used_again(client, sandbox):
    """A link already sent keeps its target."""
    for target in ("https://example.com/first", "https://example.com/second"):
        upload(client, {"id": 3, "type": "short_url", "value": target})
        client.post(STANDARD, json=[promo(text="%short_url=3%")])
    links = sandbox.accepted()["text"].tolist()
    assert all(link.startswith(sandbox.url + "/s/") for link in links)
    answers = [client.get(link) for link in links]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert [answer.headers["location"] for answer in answers] == [
        "https://example.com/first",
        "https://example.com/second",
    ]
    assert client.get("/s/nothing").status_code == 404


def test_an_unknown_variable_is_a_documented_error(client, sandbox):
    """A text never goes out with a hole in it."""
    answer = client.post(STANDARD, json=[promo(text="%name=404%")])
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "UNKNOWN_VARIABLE"
    assert answer.json()["error"]["field"] == "text"
    assert sandbox.accepted().empty


@pytest.mark.parametrize(
    ("variable", "field"),
    [
        ({"type": "name", "value": "a"}, "id"),
        ({"id": "1", "type": "name", "value": "a"}, "id"),
        ({"id": True, "type": "name", "value": "a"}, "id"),
        ({"id": -1, "type": "name", "value": "a"}, "id"),
        ({"id": 2**63, "type": "name", "value": "a"}, "id"),
        ({"id": 1, "type": "nick", "value": "a"}, "type"),
        ({"id": 1, "type": ["name"], "value": "a"}, "type"),
        ({"id": 1, "type": "name"}, "value"),
        ({"id": 1, "type": "name", "value": 5}, "value"),
        ({"id": 1, "type": "name", "value": "a\0"}, "value"),
        ({"id": 1, "type": "url", "value": "javascript:alert(1)"}, "value"),
        ("name", "variables"),
    ],
)
def test_a_bad_variable_is_refused_and_none_is_kept(client, variable, field):
    """One bad variable keeps the whole upload out."""
    answer = upload(client, {"id": 77, "type": "name", "value": "good"}, variable)
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == field
    assert client.post(STANDARD, json=[promo(text="%name=77%")]).status_code == 400


@pytest.mark.parametrize("body", [[], {}, {"variables": []}, {"variables": {}}, 1])
def test_an_upload_without_variables_is_refused(client, body):
    """The shape of the upload is checked like any other."""
    assert client.post(ITEMS, json=body).status_code == 400
