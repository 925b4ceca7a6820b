"""The route of the audit."""

from ct112.store import audit
from ct112.store.audit import AuditQuery
from ct112.store.engine import Connection
from ct112.store.pages import BadCursor
from ct112.web.access.principal import Role
from ct112.web.audit.model import AuditPage, AuditRows, AuditView
from ct112.web.problems import bad_cursor
from ct112.web.routes import Route


async def list_audit(connection: Connection, query: AuditRows) -> AuditPage:
    """List who read personal data and who changed what, the newest first."""
    wanted = AuditQuery(**query.model_dump(exclude={"limit", "after"}))
    try:
        page = await audit.page(connection, wanted, limit=query.limit, after=query.after)
    except BadCursor:
        raise bad_cursor() from None
    rows = tuple(map(AuditView.model_validate, page.items))
    return AuditPage(rows=rows, total=page.total, exact=page.exact, next=page.next)


ROUTES = (Route("GET", "/api/v1/audit", list_audit, frozenset({Role.ADMIN}), audit="audit.list"),)
