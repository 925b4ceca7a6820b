"""What lets people in: made once by the composition."""

from dataclasses import dataclass
from typing import Self

from ct112.settings import Settings
from ct112.store import Store
from ct112.web.access.access import Access, AccessRules
from ct112.web.access.oidc import Provider, ProviderSettings
from ct112.web.access.passwords import Passwords
from ct112.web.access.signing_in import SigningIn, Times


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """`provider` None: nobody signs in by OIDC."""

    access: Access
    passwords: Passwords
    signing_in: SigningIn
    provider: Provider | None = None

    @classmethod
    def of(cls, store: Store, settings: Settings) -> Self:
        """Return the gate as the settings have it."""
        passwords = Passwords()
        token = settings.api_token
        rules = AccessRules(
            api_token=None if token is None else token.get_secret_value(),
            proxies=frozenset(settings.web_proxies),
            origins=frozenset(settings.web_origins),
        )
        times = Times(idle=settings.session_idle_minutes * 60, total=settings.session_hours * 3600)
        return cls(
            access=Access(store, rules),
            passwords=passwords,
            signing_in=SigningIn(store, passwords, times),
            provider=_provider(settings),
        )


def _provider(settings: Settings) -> Provider | None:
    if not settings.oidc_issuer:
        return None
    secret = settings.oidc_client_secret
    return Provider(
        ProviderSettings(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=None if secret is None else secret.get_secret_value(),
            redirect_uri=f"{settings.web_public_url()}/api/v1/session/oidc/callback",
        )
    )
