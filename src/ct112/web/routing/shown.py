"""Rules and run cards as the API shows them."""

from datetime import datetime

from ct112.incidents.routing import Book, passed_over, propose
from ct112.web.routing.model import Explanation, PassedOver, RunCardView, SentView


def cards(book: Book) -> tuple[RunCardView, ...]:
    """Return every run card, by category and level."""
    return tuple(
        RunCardView(
            category=category,
            level=level,
            sent=tuple(SentView.model_validate(one) for one in levels[level]),
        )
        for category, levels in sorted(book.cards.items())
        for level in sorted(levels)
    )


def explained(
    book: Book, category: str, area: str | None, at: datetime, level: int, as_of: datetime | None = None
) -> Explanation:
    """Return who would be asked, and why. `at`: aware, local."""
    proposal = propose(book, category, area, at, level)
    return Explanation(
        routing_version=proposal.version,
        rule=proposal.rule,
        alarm=proposal.alarm,
        agencies=proposal.agencies,
        first=proposal.first,
        supporting=proposal.supporting,
        card=tuple(SentView.model_validate(one) for one in proposal.card),
        level=proposal.level,
        why=proposal.why,
        passed_over=tuple(
            PassedOver(rule=rule, why=why) for rule, why in passed_over(book, category, area, at)
        ),
        local_time=f"{at:%Y-%m-%d %H:%M %Z}",
        as_of=as_of,
    )
