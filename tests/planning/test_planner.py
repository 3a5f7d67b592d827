"""Planning as a whole: every row has one fate, and the caller's table stays as it was."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade_frames.contract import Route
from cascade_frames.errors import InvalidRecipients, MappingError
from cascade_frames.outcomes import Reason
from cascade_frames.planning.planner import PlanRequest, read_route

from .samples import NOW, Memory, account, drop, objects, plan, segment

PHONES = st.one_of(
    st.none(),
    st.just(np.nan),
    st.sampled_from(["0200000001", "+380200000001", 200000001.0, "0200000002", "12", "", " "]),
    st.integers(200000000, 200000009),
    st.integers(0, 10**6),
)
NAMES = st.one_of(st.none(), st.sampled_from(["Оля", "", "\ud83d", "a\0", "😀"]), st.floats())
LABELS = st.one_of(st.integers(0, 2), st.sampled_from(["a", "b"]))


@st.composite
def messy(draw):
    """A frame of any phones and names, with repeated labels or several levels of them."""
    rows = draw(st.lists(st.tuples(PHONES, NAMES, LABELS, LABELS), min_size=1, max_size=8))
    frame = pd.DataFrame(
        {"phone": objects(*(row[0] for row in rows)), "name": objects(*(row[1] for row in rows))}
    )
    if draw(st.booleans()):
        frame.index = pd.MultiIndex.from_tuples([(str(row[2]), str(row[3])) for row in rows])
    else:
        frame.index = pd.Index([row[2] for row in rows], dtype=object)
    return frame


@settings(max_examples=20)
@given(frame=messy(), opt_out=st.lists(st.just("0200000002"), max_size=1))
def test_every_row_has_exactly_one_fate(frame, opt_out):
    """Messages, rejected and skipped rows add up to the segment, and no row is in two."""
    before = frame.copy(deep=True)
    try:
        made = drop(frame, text="Hi {name}", opt_out=opt_out)
    except InvalidRecipients as error:
        fates = error.details()["position"].tolist()
        sizes = {len(frame), len(error.invalid()), int(error.counts().sum())}
        made = None
    if made is None:
        assert fates == list(range(len(frame)))
        assert sizes == {len(frame)}
        return
    fates = [*made.rows, *made.rejected["position"], *made.skipped["position"]]
    assert sorted(fates) == list(range(len(frame)))
    assert len(made.messages) == len(made.rows) == len(made.keys) == len(made.standing.table)
    assert made.tracking_ids.iloc[made.rows].tolist() == made.messages["id"].tolist()
    assert made.messages["id"].is_unique
    assert set(made.rejected["reason"]) | set(made.skipped["reason"]) <= set(Reason)
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(made.segment, before)
    for position, message in zip(made.rows, made.messages.itertuples(), strict=True):
        assert str(frame["name"].iat[position]) in message.text


def test_the_caller_s_frame_is_never_changed():
    """Object columns, attributes, dtypes and index are all as they were after planning."""
    table = segment(
        options=objects(["Так", "Ні"], ["1", "2"]),
        when=pd.to_datetime(["2026-01-02", "2026-01-03"]).tz_localize("Europe/Kyiv"),
        amount=[1.0, 2.5],
        kind=pd.Categorical(["viber_survey", "viber_survey"]),
    ).set_axis([5, 5])
    table.attrs = {"source": "crm"}
    before = table.copy(deep=True)
    made = plan(
        table,
        message_type="{kind}",
        text="{amount:.1f}",
        survey_options="{options}",
        scheduled_sent="{when}",
        opt_out=["0509999999"],
    )
    made.messages["surveyOptions"].iat[0].append("changed")
    made.messages.loc[0, "text"] = "changed"
    pd.testing.assert_frame_equal(table, before)
    assert table.attrs == before.attrs


def test_changing_the_segment_afterwards_changes_no_plan():
    """A plan is of the table as it stood when the plan was made."""
    table = segment()
    made = plan(table)
    table.loc[0, "phone"] = "changed"
    assert made.segment["phone"].iat[0] == "+380200000000"


# What no segment could make right


@pytest.mark.parametrize("size", [0, -1, 1001, True, 1.0, "100", None])
def test_a_batch_size_out_of_range_is_refused(size):
    """The API takes 1 to 1000 messages a request."""
    with pytest.raises(MappingError, match=r"^batch_size: a whole number from 1 to 1000"):
        plan(segment(), batch_size=size)


@pytest.mark.parametrize(("size", "requests"), [(1, 3), (2, 2), (3, 1), (1000, 1)])
def test_requests_are_counted_by_batch(size, requests):
    """Any size in the range is taken, and tells how many requests there will be."""
    made = plan(segment(), batch_size=size)
    assert made.requests == requests
    assert made.seconds == pytest.approx(requests / 100)


@pytest.mark.parametrize("choice", ["ignore", "", None, "Raise"])
def test_an_unknown_on_invalid_is_refused(choice):
    """What happens to bad rows is chosen between two words, and nothing else."""
    with pytest.raises(MappingError, match=r'on_invalid: choose "raise" .* or "drop"'):
        plan(segment(), on_invalid=choice)


@pytest.mark.parametrize("campaign", ["", " ", "two\nlines", "\ud800", "a\0", 2026, ["a"]])
def test_a_campaign_that_is_no_name_is_refused(campaign):
    """A campaign is found again by its name, so it must be one."""
    with pytest.raises(MappingError, match=r"^campaign: "):
        plan(segment(), campaign=campaign)


@pytest.mark.parametrize("route", ["viber", "", None, "Standard", 1])
def test_an_unknown_route_is_refused(route):
    """A route is one of two; the error names them."""
    with pytest.raises(MappingError, match="is not one of 'standard' or 'telegram_viber'"):
        read_route(route)
    assert read_route("telegram_viber") is Route.TELEGRAM_VIBER


@pytest.mark.parametrize("table", [[{"phone": "1"}], {"phone": ["1"]}, pd.Series(["1"]), None, "x"])
def test_what_is_no_dataframe_is_refused(table):
    """A segment is a DataFrame; anything else is named for what it is."""
    with pytest.raises(MappingError, match=rf"is a {type(table).__name__}, not a pandas DataFrame"):
        plan(table)


@pytest.mark.parametrize("table", [segment().iloc[:0], pd.DataFrame()])
def test_an_empty_table_is_refused(table):
    """No rows means nobody, which is hardly what was meant."""
    with pytest.raises(MappingError, match="nobody to send to"):
        plan(table)


def test_a_request_s_repr_holds_no_phone_and_no_text():
    """A request in a traceback shows neither whom nor what."""
    plan_of = plan(segment())
    request = PlanRequest(
        mapping=None, account=plan_of.account, opt_out=["+380209999999"], campaign="autumn"
    )
    assert "+38020" not in repr(request)
    assert "invented-key" not in repr(request)


# InvalidRecipients


def invalid(table, **options):
    """The error that a plan ends with."""
    with pytest.raises(InvalidRecipients) as caught:
        plan(table, **options)
    return caught.value


MIXED = pd.DataFrame(
    {"phone": ["PRIVATE", "0200000001", "", "0200000002"], "name": ["a", None, None, "d"]},
    index=[3, 3, 1, 2],
)


def test_one_bad_row_stops_everything_by_default():
    """Nothing is planned unless the caller says that bad rows may be dropped."""
    error = invalid(MIXED, text="Hi {name}")
    assert "3 of 4 rows cannot be sent: 2 missing_value, 1 phone_invalid." in str(error)
    assert 'on_invalid="drop"' in str(error)
    assert error.counts().to_dict() == {"missing_value": 2, "phone_invalid": 1}
    assert error.counts().name == "rows"


def test_details_name_rows_by_position_and_invalid_gives_the_rows():
    """The rows themselves are there for who asks, with their index and two columns more."""
    error = invalid(MIXED, text="Hi {name}")
    details = error.details()
    assert details.columns.tolist() == ["position", "reason", "detail"]
    assert details["position"].tolist() == [0, 1, 2]
    rows = error.invalid()
    assert rows.index.tolist() == [3, 3, 1]
    assert rows.columns.tolist() == ["phone", "name", "reason", "detail"]
    pd.testing.assert_frame_equal(rows[["phone", "name"]], MIXED.iloc[:3])
    assert rows["reason"].tolist() == details["reason"].tolist()


def test_what_the_error_gives_may_be_changed():
    """Each asking gives a copy, so that no use of it spoils the next."""
    error = invalid(MIXED, text="Hi {name}")
    for table in (error.details(), error.invalid()):
        table["reason"] = "changed"
    assert "changed" not in set(error.details()["reason"]) | set(error.invalid()["reason"])


def test_a_segment_s_own_reason_is_kept():
    """Columns of the caller's called reason and detail are not written over."""
    rows = invalid(MIXED.assign(reason="crm", detail="crm"), text="Hi {name}").invalid()
    assert set(rows["reason"]) == set(rows["detail"]) == {"crm"}
    assert rows["rejected_reason"].iat[0] == Reason.PHONE_INVALID
    assert rows["rejected_detail"].str.startswith(("phone", "name")).all()


def test_the_error_shows_no_value():
    """A message in a log holds counts, and nothing of anybody."""
    error = invalid(MIXED, text="Hi {name}")
    assert "PRIVATE" not in str(error) + repr(error) + "".join(map(str, error.args))


def test_dropping_everyone_is_still_an_error():
    """Where not one row is left there is no plan, whatever was chosen."""
    with pytest.raises(InvalidRecipients, match="Not one of the 3 rows can be sent: 3 phone"):
        drop(segment().assign(phone="none"))


# The digest


def test_the_digest_is_stable():
    """The same plan made again has the same digest, so a confirmed plan is known again."""
    assert plan(segment()).digest == plan(segment().set_axis([9, 9, 9]), batch_size=10).digest


def test_the_digest_tells_plans_apart():
    """Account, route, campaign, people, order and words all make another plan."""
    table = segment()
    made = [
        plan(table),
        plan(table.iloc[::-1]),
        plan(table.iloc[:2]),
        plan(table, text="Other"),
        plan(table, campaign="winter"),
        plan(table, campaign="winter", id=pd.Series(plan(table).messages["id"])),
        plan(table, route=Route.TELEGRAM_VIBER),
        plan(table, account=account(name="other")),
        plan(table, ttl=60),
        plan(table, memory=Memory(secret=bytes(32))),
    ]
    assert len({one.digest for one in made}) == len(made)


def test_a_plan_is_made_at_a_moment_that_is_given():
    """Planning takes its clock from outside, so that schedules can be tested at all."""
    assert plan(segment(), scheduled_sent=NOW + pd.Timedelta("1s")).messages is not None
