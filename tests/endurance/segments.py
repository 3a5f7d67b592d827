"""The segment that is sent here, and how: the same in every process."""

import functools

import pandas as pd

import cascade_frames as cf

KEY = "endurance-key"


def segment(rows):
    """So many people, each with an id of their own; an index that is not positional."""
    return pd.DataFrame(
        {
            "phone": [f"+38050{number:07d}" for number in range(rows)],
            "number": range(rows),
        },
        index=[f"row {number}" for number in reversed(range(rows))],
    )


def message(batch_size):
    """The arguments of the send."""
    return {
        "campaign": "endurance",
        "id": "m-{number:04d}",
        "to_phone": "{phone}",
        "from_name": "YourBrand",
        "message_type": "promo",
        "text": "hello {number}",
        "batch_size": batch_size,
    }


@functools.cache
def account(url, in_flight=4, deadline=10.0, rate=10_000):
    """The account that sends."""
    return cf.Account(
        base_url=url,
        api_key=KEY,
        requests_per_second=rate,
        max_in_flight=in_flight,
        deadline=deadline,
    )
