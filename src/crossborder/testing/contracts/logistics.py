"""Suites for carriers and trackers."""

from abc import abstractmethod

from crossborder.model.carriage import ShipmentRequest
from crossborder.model.outcome import Done, Refused
from crossborder.model.shipment import Shipment
from crossborder.testing.contracts.once import Deed, Far, OnceContract

__all__ = ["CarrierContract", "TrackerContract"]


class CarrierContract(OnceContract):
    """`Carrier`: give a request that is accepted and one that is refused.

    The far end counts a booked parcel as the effect `parcel`.
    """

    @abstractmethod
    def request(self) -> ShipmentRequest:
        """A parcel the carrier takes."""

    @abstractmethod
    def refused_request(self) -> ShipmentRequest:
        """A parcel the carrier does not take."""

    def deeds(self) -> tuple[Deed, ...]:
        """A parcel must be booked once."""
        return (Deed("ship", lambda far: far.adapter.ship(self.request(), now=far.now), "parcel"),)

    def _booked(self, far: Far, key: str = "ship") -> Shipment:
        outcome = self.run(far, far.adapter.ship(self.request(), now=far.now), key=key)
        assert isinstance(outcome, Done), outcome
        shipment: Shipment = outcome.value
        return shipment

    def test_a_quote_names_its_line_and_a_cost(self) -> None:
        far = self.far()
        quotes = self.run(far, far.adapter.quote(self.request()))
        assert quotes
        for quote in quotes:
            assert quote.line
            assert quote.cost.amount > 0
            assert quote.transit is None or quote.transit[0] <= quote.transit[1]

    def test_a_booked_parcel_has_a_number_and_our_id(self) -> None:
        shipment = self._booked(self.far())
        assert shipment.number
        assert shipment.id == self.request().id

    def test_our_number_is_taken_once_even_without_a_journal(self) -> None:
        far = self.far()
        first, second = self._booked(far, "one"), self._booked(far, "two")
        assert first.number == second.number
        assert far.effects()["parcel"] == 1

    def test_a_parcel_that_is_not_taken_is_a_refusal(self) -> None:
        far = self.far()
        outcome = self.run(far, far.adapter.ship(self.refused_request(), now=far.now))
        assert isinstance(outcome, Refused), outcome
        assert outcome.problems
        assert far.effects().get("parcel", 0) == 0

    def test_a_label_is_for_the_parcels_number(self) -> None:
        far = self.far()
        shipment = self._booked(far)
        label = self.run(far, far.adapter.label(shipment))
        assert label.number in shipment.numbers
        assert label.url or label.content


class TrackerContract(OnceContract):
    """`Tracker`: give a parcel the vendor knows and one it refuses.

    Registering only sets a state, so what counts is what is known afterwards.
    """

    def deeds(self) -> tuple[Deed, ...]:
        """Registering must come through whatever is lost on the way."""
        register = Deed(
            "register", lambda far: far.adapter.register((self.known(far),)), effect="", count=0
        )
        return (register,)

    def many(self, far: Far) -> tuple[Shipment, ...]:
        """Parcels the vendor knows: more than go into one call, where calls have a limit."""
        return (self.known(far),)

    @abstractmethod
    def known(self, far: Far) -> Shipment:
        """A parcel whose number the vendor accepts."""

    @abstractmethod
    def refused(self, far: Far) -> Shipment:
        """A parcel whose number the vendor refuses."""

    def test_each_parcel_gets_its_own_outcome_in_order(self) -> None:
        far = self.far()
        parcels = (self.refused(far), self.known(far))
        outcomes = self.run(far, far.adapter.register(parcels))
        assert [isinstance(outcome, Done) for outcome in outcomes] == [False, True]

    def test_registering_twice_is_no_refusal(self) -> None:
        far = self.far()
        parcel = self.known(far)
        self.run(far, far.adapter.register((parcel,)), key="one")
        (again,) = self.run(far, far.adapter.register((parcel,)), key="two")
        assert isinstance(again, Done), again

    def test_a_registered_parcel_is_known_with_its_events(self) -> None:
        far = self.far()
        parcel = self.known(far)
        self.run(far, far.adapter.register((parcel,)))
        reading = self.run(far, far.adapter.track((parcel,), now=far.now), key="track")
        assert [found.number for found in reading.parcels] == [parcel.number]
        assert reading.parcels[0].events

    def test_each_of_many_parcels_is_answered_once(self) -> None:
        far = self.far()
        parcels = self.many(far)
        outcomes = self.run(far, far.adapter.register(parcels), key="many")
        assert len(outcomes) == len(parcels)
        reading = self.run(far, far.adapter.track(parcels, now=far.now), key="track")
        found = sorted(parcel.number for parcel in reading.parcels)
        assert found == sorted(parcel.number for parcel in parcels)

    def test_a_parcel_that_is_not_registered_is_a_problem_not_an_error(self) -> None:
        far = self.far()
        reading = self.run(far, far.adapter.track((self.refused(far),), now=far.now))
        assert reading.parcels == ()
        assert reading.problems
