"""A process that takes itself for another machine, where silence counts as death."""

from datetime import timedelta

from cascade_frames.ledger import owner


def stand_alone(name, silence):
    """Give this process a host of its own; owners elsewhere are dead after so many seconds."""
    owner.platform.node = lambda: name
    owner.SILENCE = timedelta(seconds=silence)
    return dict
