"""Segments and calls that the tests send."""

import warnings

import pandas as pd

import cascade_frames as cf

KEY = "test-key-5f1c"


def account(url, **fields):
    """Return an account at this URL; its deadline is short."""
    return cf.Account(**({"base_url": url, "api_key": KEY, "name": "t", "deadline": 5.0} | fields))


def segment(count, start=0, text="hello"):
    """Return so many people."""
    numbers = range(start, start + count)
    return pd.DataFrame(
        {
            "phone": [f"+38050{number:07}" for number in numbers],
            "note": [f"{text} {number}" for number in numbers],
        }
    )


def call(table, to, ledger, **options):
    """Send the segment in small batches, quietly; the warning that sums up is not an error."""
    given = {
        "campaign": "c",
        "to_phone": "{phone}",
        "from_name": "Brand",
        "message_type": "promo",
        "text": "{note}",
        "account": to,
        "ledger": ledger,
        "batch_size": 10,
        "ui": "none",
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cf.CascadeWarning)
        return cf.send(table, **(given | options))


def counts(results):
    """Return rows per outcome."""
    return results["outcome"].value_counts().to_dict()
