"""What `import cascade_frames` offers."""

import subprocess
import sys

import pandas as pd
import pytest

import cascade_frames as cf


def test_all_is_sorted_and_honest():
    """`__all__` names exactly what the package offers, in order, and all of it is there."""
    loaded = {
        name
        for name, value in vars(cf).items()
        if not name.startswith("_") and not isinstance(value, type(sys))
    }
    assert sorted(cf.__all__) == cf.__all__ == dir(cf)
    assert loaded - {"TYPE_CHECKING", "Final"} <= set(cf.__all__)
    assert all(getattr(cf, name).__module__.startswith("cascade_frames") for name in cf.__all__)


def test_what_is_not_there_is_an_attribute_error():
    """A wrong name fails as it does in any module."""
    with pytest.raises(AttributeError, match="no attribute 'sned'"):
        cf.sned  # noqa: B018 - read for the error it raises


def test_import_registers_the_accessor():
    """`import cascade_frames` is all it takes to have `df.cascade`."""
    assert isinstance(pd.DataFrame({"a": [1]}).cascade, cf.CascadeAccessor)


def test_everything_public_has_a_docstring():
    """A notebook's Shift-Tab answers for every public name."""
    assert [name for name in cf.__all__ if not (getattr(cf, name).__doc__ or "").strip()] == []


def test_import_starts_nothing():
    """Importing opens no socket, no file and no thread."""
    script = (
        "import threading, cascade_frames, psutil;"
        "assert threading.active_count() == 1;"
        "assert psutil.Process().net_connections() == []"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", script], check=True)  # noqa: S603


HEAVY = [
    *("aiolimiter", "anyio", "apsw", "click", "httpx", "msgspec", "pandera", "phonenumbers"),
    *("great_tables", "matplotlib", "statsmodels"),
    *("psutil", "psycopg", "starlette", "tqdm", "uvicorn"),
]


def test_import_loads_nothing_heavy():
    """What only some calls need is loaded by those calls."""
    script = f"import sys, cascade_frames; print([one for one in {HEAVY} if one in sys.modules])"
    assert _python(script) == "[]"


def test_a_live_account_needs_no_sandbox():
    """A plan for a live account does not load the sandbox's server."""
    script = (
        "import sys, pandas, cascade_frames as cf, tempfile;"
        "a = cf.Account(base_url='https://api.example', api_key='invented-key');"
        "s = pandas.DataFrame({'phone': ['0501112233']});"
        "s.cascade.plan(to_phone='{phone}', from_name='B', message_type='promo', text='Hello',"
        " campaign='c', account=a, ledger=tempfile.mkdtemp() + '/l.sqlite3');"
        "print([one for one in ('starlette', 'uvicorn') if one in sys.modules])"
    )
    assert _python(script) == "[]"


@pytest.mark.parametrize(
    ("phone", "loaded"),
    [("0501112233", []), ("+48501112233", ["phonenumbers"]), ("12", ["pandera", "phonenumbers"])],
    ids=["plain", "foreign", "faulty"],
)
def test_a_plan_loads_what_it_needs(phone, loaded):
    """The rules are asked only of rows in doubt, and what sends is left to those who send."""
    script = (
        "import sys, pandas, cascade_frames as cf, tempfile;"
        "a = cf.Account(base_url='https://api.example', api_key='invented-key');"
        f"s = pandas.DataFrame({{'phone': ['0501112233', '{phone}']}}, index=[0, 0]);"
        "s.iloc[:].cascade.plan(to_phone='{phone}', from_name='B', message_type='promo',"
        " text='Hello', id=pandas.Series(['a', 'b'], index=[0, 0]), account=a,"
        " on_invalid='drop', ledger=tempfile.mkdtemp() + '/l.sqlite3');"
        "print([one for one in ('pandera', 'phonenumbers', 'httpx', 'tqdm') if one in sys.modules])"
    )
    assert _python(script) == str(loaded)


def test_several_threads_may_come_first():
    """Whichever thread uses a name first, all of them get it whole."""
    script = (
        "import cascade_frames as cf; from concurrent.futures import ThreadPoolExecutor;"
        "names = [name for name in cf.__all__] * 2;"
        "pool = ThreadPoolExecutor(len(names));"
        "found = list(pool.map(lambda name: getattr(cf, name), names));"
        "print(all(one is getattr(cf, name) for one, name in zip(found, names)))"
    )
    assert _python(script) == "True"


def _python(script):
    """What a new interpreter prints."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-W", "error", "-c", script], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()
