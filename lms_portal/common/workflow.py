"""A workflow is one table: from, to, verb, who. Pages, tests, the database's guard and the generated diagrams all read it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from lms_portal.common.text import Words


@dataclass(frozen=True, slots=True)
class Transition:
    """One allowed change of status. `roles` are the values of `accounts.roles.Role`; an empty set means the system alone."""

    verb: str
    source: str
    target: str
    roles: frozenset[str] = frozenset()
    by_system: bool = False
    needs_reason: bool = False


@dataclass(frozen=True)
class Workflow:
    """The states and transitions of one table's `status` column. Source: docs/workflows/<name>.md, generated from this."""

    name: str
    table: str
    initial: frozenset[str]
    labels: dict[str, Words]
    transitions: tuple[Transition, ...]
    _by_pair: dict[tuple[str, str], tuple[Transition, ...]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for transition in self.transitions:
            if transition.source not in self.labels or transition.target not in self.labels:
                raise ValueError(f"{self.name}: {transition.verb} names a state that has no label")
        for pair in self.pairs():
            self._by_pair[pair] = tuple(t for t in self.transitions if (t.source, t.target) == pair)

    def pairs(self) -> list[tuple[str, str]]:
        """This will list every allowed (from, to), sorted; what the database's guard is generated from."""
        return sorted({(transition.source, transition.target) for transition in self.transitions})

    def between(self, source: str, target: str) -> tuple[Transition, ...]:
        """This will return the transitions between two states, none where the change is not allowed."""
        return self._by_pair.get((source, target), ())

    def from_state(self, source: str, *, roles: Iterable[str]) -> list[Transition]:
        """This will list what somebody with these roles may do from a state."""
        held = set(roles)
        return [t for t in self.transitions if t.source == source and t.roles & held]

    def find(self, verb: str, source: str) -> Transition:
        """This will return one named transition. Raises: LookupError where the verb does not start in that state."""
        for transition in self.transitions:
            if transition.verb == verb and transition.source == source:
                return transition
        raise LookupError(f"{self.name}: no {verb} from {source}")
