"""The message table's rules as most would write them in pandera: one declaration a field.

Every rule that a table with an empty `scheduledSent` and `surveyOptions` can break is here, and
each is written with pandera's own checks where it has one.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

_UNSENDABLE = r"[\x00\ud800-\udfff]"
_TYPES = ("transaction", "promo", "viber_survey", "flashcall")


class DeclaredMessages(pa.DataFrameModel):
    """One row a message, columns by the API's names."""

    id: str = pa.Field(
        unique=True, str_length={"max_value": 254}, str_matches=r"^[A-Za-z0-9_.:-]+\Z"
    )
    fromName: str = pa.Field(str_matches=r"\s*\S")  # noqa: N815 - the API's spelling
    toPhone: str = pa.Field(str_matches=r"^\+[1-9][0-9]{7,14}\Z")  # noqa: N815
    messageType: str = pa.Field(isin=_TYPES)  # noqa: N815
    text: str = pa.Field(nullable=True)
    ttl: pd.Int64Dtype = pa.Field(nullable=True, gt=0)
    scheduledSent: pd.DatetimeTZDtype = pa.Field(  # noqa: N815
        nullable=True, dtype_kwargs={"unit": "us", "tz": "UTC"}
    )
    surveyOptions: object = pa.Field(nullable=True)  # noqa: N815

    @pa.check("fromName", "text", name="sendable")
    def _sendable(cls, values: pd.Series[str]) -> pd.Series[bool]:  # noqa: N805
        return ~values.str.contains(_UNSENDABLE)

    @pa.dataframe_check(name="text_filled")
    def _text_filled(cls, table: pd.DataFrame) -> pd.Series[bool]:  # noqa: N805
        filled = table["text"].fillna("").str.strip() != ""
        return filled | (table["messageType"] == "flashcall")

    @pa.dataframe_check(name="survey_text_short")
    def _survey_text_short(cls, table: pd.DataFrame) -> pd.Series[bool]:  # noqa: N805
        short = table["text"].fillna("").str.len() <= 85
        return short | (table["messageType"] != "viber_survey")

    @pa.dataframe_check(name="survey_has_options")
    def _survey_has_options(cls, table: pd.DataFrame) -> pd.Series[bool]:  # noqa: N805
        return table["surveyOptions"].notna() == (table["messageType"] == "viber_survey")


def validate(table: pd.DataFrame) -> pd.DataFrame:
    """Check every rule; pandera's table of failures, empty where all is well."""
    try:
        DeclaredMessages.validate(table, lazy=True)
    except SchemaErrors as error:
        return pd.DataFrame(error.failure_cases)
    return pd.DataFrame()
