"""Send one message, a hundred, one by Telegram and Viber first, and read a status.

With `requests`. Takes CASCADE_BASE_URL and CASCADE_API_KEY from the environment; prints the
status.
"""

import json
import os

import requests

base = os.environ["CASCADE_BASE_URL"]


def message(tracking_id):
    """Return one message."""
    return {
        "id": tracking_id,
        "fromName": "Brand",
        "toPhone": "+380501112233",
        "messageType": "promo",
        "text": "Привіт!",
    }


with requests.Session() as session:
    session.headers["X-Authorization-Key"] = os.environ["CASCADE_API_KEY"]

    def send(route, *ids):
        """Send a batch and return the receipts."""
        url = f"{base}/api/CascadeMessage/send_message/{route}"
        answer = session.post(url, json=[message(each) for each in ids], timeout=30)
        answer.raise_for_status()
        return answer.json()

    receipt = send("async", "one")[0]
    send("async", *(f"bulk-{number}" for number in range(1, 101)))
    send("tg-viber/async", "priority")
    status = session.get(f"{base}/bat/message/{receipt['messageId']}", timeout=30)
    status.raise_for_status()
    print(json.dumps(status.json()))  # noqa: T201 - a script prints
