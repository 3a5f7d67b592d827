"""Accounts: where messages go, from which source, and no key shown anywhere."""

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.errors import AccountError, NoAccount
from cascade_frames.settings import Account, find_account, profile_file, setting

SECRET = "s3cr3t-invented-key"
LOOPBACK = "http://127.0.0.1:8025"


def write_profile(text):
    """Write the profile file."""
    path = profile_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_dotenv(text):
    """Write .env in the working folder."""
    Path(".env").write_text(text, encoding="utf-8")


def key(account):
    """The API key in clear."""
    return account.headers()["X-Authorization-Key"]


# Sources


def test_each_source_stands_above_the_next(monkeypatch):
    """Argument, then environment, then .env, then profile file."""
    write_profile('[default]\napi_key = "from-profile"\n')
    assert key(Account()) == "from-profile"
    write_dotenv("CASCADE_API_KEY=from-dotenv\n")
    assert key(Account()) == "from-dotenv"
    monkeypatch.setenv("CASCADE_API_KEY", "from-environment")
    assert key(Account()) == "from-environment"
    assert key(Account(api_key="from-argument")) == "from-argument"


def test_fields_are_taken_one_by_one(monkeypatch):
    """Each field comes from the first source that has it."""
    write_profile('[default]\napi_key = "k"\nconfirm_above = 5\nrequests_per_second = 7\n')
    write_dotenv("CASCADE_CONFIRM_ABOVE=6\nCASCADE_VIBER_TOKEN=v\n")
    monkeypatch.setenv("CASCADE_TELEGRAM_KEY", "t")
    account = Account(max_in_flight=2)
    assert (account.confirm_above, account.requests_per_second) == (6, 7)
    assert account.headers() == {
        "X-Authorization-Key": "k",
        "X-Viber-Auth-Token": "v",
        "X-Tg-Bot-Key": "t",
    }


def test_an_empty_variable_is_as_good_as_none(monkeypatch):
    """A variable set to nothing, as CI systems do, hides no other source."""
    write_dotenv("CASCADE_API_KEY=from-dotenv\nCASCADE_PROFILE=\n")
    for name in ("CASCADE_API_KEY", "CASCADE_VIBER_TOKEN", "CASCADE_PROFILE"):
        monkeypatch.setenv(name, "")
    assert Account().headers() == {"X-Authorization-Key": "from-dotenv"}
    assert setting("CASCADE_PROFILE") is None


def test_a_profile_is_chosen_by_name(monkeypatch):
    """CASCADE_PROFILE names the table, which also names the account."""
    write_profile(
        '[default]\napi_key = "d"\n[staging]\napi_key = "s"\nbase_url = "https://eu.example.com"\n'
    )
    assert (Account().name, key(Account())) == ("default", "d")
    monkeypatch.setenv("CASCADE_PROFILE", "staging")
    assert Account().identity == "staging@eu.example.com"
    assert key(Account()) == "s"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "does not exist"),
        ('[default]\napi_key = "k"\n', r"no profile \[staging\]; it has \['default'\]"),
        ("[staging\n", "not valid TOML"),
        ('[staging]\napi_ky = "k"\n', "no field 'api_ky'. Did you mean api_key"),
        ("[staging]\n", "settings but no key"),
        (f'staging = "{SECRET}"\n', r"\['staging'\] outside any profile"),
    ],
)
def test_a_profile_that_cannot_be_used_is_told(monkeypatch, text, words):
    """A profile asked for by name is used or refused, and never silently the sandbox."""
    if text is not None:
        write_profile(text)
    monkeypatch.setenv("CASCADE_PROFILE", "staging")
    with pytest.raises(AccountError, match=words) as caught:
        find_account()
    assert not isinstance(caught.value, NoAccount)
    assert SECRET not in str(caught.value)


def test_a_key_outside_any_profile_is_not_passed_over():
    """A file that starts with a key and has no [default] is a slip, and not no account."""
    write_profile(f'api_key = "{SECRET}"\n')
    with pytest.raises(AccountError, match=r"Put the line \[default\] above"):
        find_account()


def test_a_profile_file_that_cannot_be_read_is_told():
    """A file in another encoding is named, without what it holds."""
    write_profile("")
    profile_file().write_bytes(b'[default]\napi_key = "\xff\xfe"\n')
    with pytest.raises(AccountError, match=r"cannot be read \(UnicodeDecodeError\)"):
        find_account()


def test_a_file_without_a_default_profile_is_no_account():
    """Only what is asked for or called default is used."""
    write_profile('[staging]\napi_key = "s"\n')
    assert find_account() is None


# No account


def test_nothing_configured_is_no_account():
    """With nothing at all the verbs may fall back to the sandbox, and only then."""
    assert find_account() is None
    with pytest.raises(NoAccount, match="Set CASCADE_API_KEY"):
        Account()


@pytest.mark.parametrize("name", ["CASCADE_BASE_URL", "CASCADE_CONFIRM_ABOVE"])
def test_settings_without_a_key_are_no_reason_to_fall_back(monkeypatch, name):
    """Who set up half an account meant a real send; the sandbox must not take it in silence."""
    monkeypatch.setenv(name, "https://eu.example.com" if "URL" in name else "5")
    with pytest.raises(AccountError, match="settings but no key") as caught:
        find_account()
    assert not isinstance(caught.value, NoAccount)


@pytest.mark.parametrize("empty", ["", "   ", None])
def test_an_empty_key_given_is_no_key(empty):
    """A key read from an unset variable must not become an account."""
    with pytest.raises(AccountError, match="settings but no key"):
        Account(api_key=empty)


@pytest.mark.parametrize("field", ["api_key", "viber_token", "telegram_key"])
def test_any_one_key_makes_an_account(field):
    """Each of the three headers is enough for the API."""
    assert list(Account(**{field: "k"}).headers().values()) == ["k"]


# Fields


@pytest.mark.parametrize(
    ("field", "words"),
    [("api_ky", "Did you mean api_key"), ("baseurl", "base_url"), ("zzz", "Known: ")],
)
def test_an_unknown_field_is_refused_with_the_nearest(field, words):
    """A slip in a field's name must not leave its default in force."""
    with pytest.raises(AccountError, match="An account has no field") as caught:
        Account(**{field: SECRET})
    assert words in str(caught.value)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://restapi.smsbat.com",
        "https://eu.example.com:8443/v1",
        "https://приклад.укр",
        "http://localhost:8025",
        "http://127.0.0.1",
        "http://127.9.9.9:1",
        "http://[::1]:8025",
    ],
)
def test_https_anywhere_and_http_on_loopback(url):
    """Keys and phones travel in clear only where they do not leave the machine."""
    assert Account(api_key="k", base_url=f" {url}/ ").base_url == url


@pytest.mark.parametrize(
    "url",
    [
        *("http://restapi.smsbat.com", "http://127.0.0.1.example.com", "http://0.0.0.0"),
        *("http://localhost.example.com", "http://10.0.0.1", "http://[::2]", "ftp://example.com"),
        *("example.com", "https://", "", "//example.com", "https:///path", "https://exa mple.com"),
        *("https://example.com?x=1", "https://example.com#x", "https://example.com:port"),
        *("https://example.com:99999", "https://[::1", f"https://user:{SECRET}@example.com"),
        *(f"https://{SECRET}@example.com", f"http://{SECRET}@127.0.0.1", "https://a\nb.com/\0"),
    ],
)
def test_any_other_base_url_is_refused(url):
    """Plain HTTP, a user or password, a query and what is no URL are refused, unshown."""
    with pytest.raises(AccountError, match="base_url: must") as caught:
        Account(api_key="k", base_url=url)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("requests_per_second", 0),
        ("requests_per_second", -1),
        ("requests_per_second", float("nan")),
        ("requests_per_second", float("inf")),
        ("confirm_above", -1),
        ("confirm_above", "many"),
        ("max_in_flight", 0),
        ("max_in_flight", 17),
        ("deadline", 0),
        ("deadline", 601),
        ("base_url", 5),
        ("api_key", 5),
    ],
)
def test_limits_are_limits(field, value):
    """A limit that would be none, or a value of another kind, is refused by its name."""
    with pytest.raises(AccountError, match=f"{field}: "):
        Account(**({"api_key": "k"} | {field: value}))


def test_an_account_is_frozen():
    """A plan is bound to an account, which must not change under it."""
    with pytest.raises(Exception, match="frozen"):
        Account(api_key="k").base_url = "https://example.com"


# Keys


@pytest.mark.parametrize("field", ["api_key", "viber_token", "telegram_key"])
@pytest.mark.parametrize(
    "spoiled", [f" {SECRET}", f"{SECRET}\n", f"{SECRET}\r\nX: y", f"ключ{SECRET}"]
)
def test_a_key_no_header_can_carry_is_refused_without_showing_it(field, spoiled):
    """A pasted line break would split the request's headers; the key stays unshown."""
    with pytest.raises(AccountError, match=f"{field}: has spaces") as caught:
        Account(**{field: spoiled})
    assert SECRET not in str(caught.value) + repr(caught.value.__cause__)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("source", ["argument", "environment", "dotenv", "profile"])
def test_keys_show_nowhere(monkeypatch, source):
    """From whatever source, a key is in no repr, string, dump or error."""
    given = {}
    if source == "argument":
        given = {"api_key": SECRET}
    elif source == "environment":
        monkeypatch.setenv("CASCADE_API_KEY", SECRET)
    elif source == "dotenv":
        write_dotenv(f"CASCADE_API_KEY={SECRET}\n")
    else:
        write_profile(f'[default]\napi_key = "{SECRET}"\n')
    account = Account(**given)
    assert key(account) == SECRET
    shown = [repr(account), str(account), f"{account}", str(account.model_dump())]
    shown += [account.model_dump_json(), account.identity, repr(vars(account))]
    assert not [one for one in shown if SECRET in one]
    with pytest.raises(AccountError) as caught:
        Account(**given, deadline="soon")
    assert SECRET not in str(caught.value) + repr(caught.value)


def test_a_key_of_the_wrong_kind_is_not_shown_either():
    """What was passed as a key is secret even where it is no string."""
    with pytest.raises(AccountError) as caught:
        Account(api_key=[SECRET])
    assert SECRET not in str(caught.value)


def test_headers_hold_the_keys_there_are():
    """Only configured keys are sent, all of them, under the API's names."""
    assert Account(api_key="a", telegram_key="t").headers() == {
        "X-Authorization-Key": "a",
        "X-Tg-Bot-Key": "t",
    }


# Identity


def identity(**fields):
    """An account's identity."""
    return Account(**({"api_key": "k"} | fields)).identity


def test_a_live_identity_survives_a_change_of_keys():
    """People messaged before are known after the keys were renewed."""
    assert identity() == "default@restapi.smsbat.com"
    assert identity(api_key="new", viber_token="v") == identity()


@pytest.mark.parametrize(
    "url",
    ["https://RESTAPI.SMSBAT.COM", "https://restapi.smsbat.com:443/", "HTTPS://RestApi.SmsBat.com"],
)
def test_one_place_has_one_identity_however_it_is_spelled(url):
    """Capitals or a port that goes without saying must not make people strangers."""
    assert identity(base_url=url) == identity()


def test_another_name_or_place_is_another_account():
    """What one account sent says nothing of what another did."""
    made = [
        identity(),
        identity(name="second"),
        identity(base_url="https://eu.example.com"),
        identity(base_url="https://restapi.smsbat.com:8443"),
    ]
    assert len(set(made)) == len(made)


def test_a_loopback_identity_is_of_its_keys():
    """A sandbox made anew on an old port has new keys, and remembers nobody."""
    one, two = (identity(base_url=LOOPBACK, api_key=key) for key in (SECRET, "other"))
    assert one != two
    assert one == identity(base_url=LOOPBACK, api_key=SECRET)
    assert SECRET not in one


@pytest.mark.parametrize(
    ("url", "gateway"),
    [("https://restapi.smsbat.com", "live"), (LOOPBACK, "sandbox"), ("https://[::1]", "sandbox")],
)
def test_the_gateway_is_live_unless_on_loopback(url, gateway):
    """Anything that leaves the machine is live, and held to confirm=."""
    assert Account(api_key="k", base_url=url).gateway == gateway


@given(st.text(max_size=30))
def test_any_base_url_is_taken_or_refused(url):
    """No text raises an error of another kind, and none that is taken leaves in clear."""
    try:
        account = Account(api_key="k", base_url=url)
    except AccountError:
        return
    assert account.base_url.lower().startswith("https://") or account.gateway == "sandbox"


def test_an_account_can_be_copied_to_another_process():
    """Workers get the account as it is, keys included, from a pickle."""
    account = Account(api_key=SECRET)
    assert pickle.loads(pickle.dumps(account)).headers() == account.headers()  # noqa: S301
