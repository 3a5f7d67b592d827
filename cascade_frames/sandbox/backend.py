"""One sandbox's whole state, handed to whatever answers for it."""

import itertools
from collections.abc import Iterable, Iterator, Mapping

from cascade_frames.sandbox.clock import Clock
from cascade_frames.sandbox.courier import Courier
from cascade_frames.sandbox.delivery import Delivered, check_prices, describe
from cascade_frames.sandbox.faults import Fault, Saboteur
from cascade_frames.sandbox.inbox import Inbox
from cascade_frames.sandbox.keys import Keys
from cascade_frames.sandbox.limits import Gate, Limits
from cascade_frames.sandbox.messages import Message
from cascade_frames.sandbox.routing import travel
from cascade_frames.sandbox.store import Batch, Store
from cascade_frames.sandbox.world import World


class Backend:
    """The keys, the time, the world, the store and the ways of one sandbox."""

    def __init__(
        self,
        keys: Keys,
        *,
        seed: int = 0,
        speed: float = 1.0,
        prices: Mapping[str, float] | None = None,
        limits: Limits | None = Limits(),  # noqa: B008 - frozen
        faults: Iterable[Fault] = (),
        webhook: str | None = None,
    ) -> None:
        self.keys = keys
        self.clock = Clock(speed)
        self.world = World(seed)
        self.prices = check_prices(prices)
        self.gate = Gate(limits)
        self.saboteur = Saboteur(faults, seed)
        self.store = Store()
        self.inbox = Inbox(self.world, self.prices)
        self.courier = None if webhook is None else Courier(webhook, self.clock, self._notice)
        self.numbers = itertools.count(1)

    def accept(
        self, request: int, route: str, keys: frozenset[str], messages: list[Message]
    ) -> list[str]:
        """Take messages on and return the messageId of each."""
        now = self.clock.now()
        first = self.store.accept(request, route, keys, messages, now)
        if self.courier is not None:
            self.courier.expect(
                (travel(message, keys, now, self.world).ended, number)
                for number, message in enumerate(messages, first)
            )
        return [self.store.message_id(first + position) for position in range(len(messages))]

    def deliveries(self) -> Iterator[Delivered]:
        """Yield every message and its journey, in order of acceptance."""
        for batch in self.store.batches():
            for position in range(len(batch.messages)):
                yield self._delivered(batch, position)

    def delivered(self, number: int) -> Delivered:
        """Return the message with this running number and its journey."""
        batch = self.store.batch_of(number)
        return self._delivered(batch, number - batch.first)

    def _delivered(self, batch: Batch, position: int) -> Delivered:
        message = batch.messages[position]
        message_id = self.store.message_id(batch.first + position)
        journey = travel(message, batch.keys, batch.accepted_at, self.world)
        return Delivered(message_id, batch.request, message, journey)

    def _notice(self, number: int) -> dict[str, object]:
        delivered = self.delivered(number)
        ended = delivered.journey.ended
        return describe(delivered, self.prices, ended) | {"timestamp": ended}
