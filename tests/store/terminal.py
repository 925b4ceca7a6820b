"""A terminal on which an administrator runs commands."""

from typer.testing import CliRunner

from ct112.cli import agencies as cli_agencies
from ct112.cli import callbacks as cli_callback
from ct112.cli import database as cli_db
from ct112.cli import dispatches as cli_dispatches
from ct112.cli import incidents as cli_incident
from ct112.cli import ivr as cli_ivr
from ct112.cli import operators as cli_operator
from ct112.cli import pause_reasons as cli_pause_reason
from ct112.cli import places as cli_places
from ct112.cli import positions as cli_position
from ct112.cli import privacy as cli_privacy
from ct112.cli import roster as cli_roster
from ct112.cli import routing as cli_routing
from ct112.cli import settings as cli_setting


class Terminal:
    """Runs commands with the database, and what else is given, in the environment."""

    def __init__(self, database_url: str | None, **more: str) -> None:
        self._environment = {"CT112_DATABASE_URL": database_url, "CT112_ENV_FILE": None, **more}
        self.runner = CliRunner()

    def operator(self, *words: str, stdin: str = "", code: int = 0) -> str:
        """Run `ct112 operator`, check its exit code, return what it said."""
        result = self.runner.invoke(cli_operator.app, list(words), input=stdin, env=self._environment)
        assert result.exit_code == code, result.output
        return result.output

    def pause_reason(self, *words: str, code: int = 0) -> str:
        """Run `ct112 pause-reason`, check its exit code, return what it said."""
        result = self.runner.invoke(cli_pause_reason.app, list(words), env=self._environment)
        assert result.exit_code == code, result.output
        return result.output

    def places(self, *words: str, code: int = 0) -> str:
        """Run `ct112 places`, check its exit code, return what it said."""
        result = self.runner.invoke(cli_places.app, list(words), env=self._environment)
        assert result.exit_code == code, result.output
        return result.output

    def position(self, *words: str, stdin: str = "", code: int = 0) -> str:
        """Run `ct112 position`, check its exit code, return what it said."""
        result = self.runner.invoke(cli_position.app, list(words), input=stdin, env=self._environment)
        assert result.exit_code == code, result.output
        return result.output

    def roster(self, *words: str, code: int = 0) -> str:
        """Run `ct112 roster`, check its exit code, return what it said."""
        result = self.runner.invoke(cli_roster.app, list(words), env=self._environment)
        assert result.exit_code == code, result.output
        return result.output

    def setting(self, *words: str, code: int = 0) -> str:
        """Run `ct112 setting`, check its exit code, return what it said."""
        result = self.runner.invoke(cli_setting.app, list(words), env=self._environment)
        assert result.exit_code == code, result.output
        return result.output

    def ivr(self, *words: str, code: int = 0) -> str:
        """Run `ct112 ivr`, check its exit code, return what it said."""
        result = self.runner.invoke(cli_ivr.app, list(words), env=self._environment)
        assert result.exit_code == code, result.output
        return result.output

    def agencies(self, *words: str, code: int = 0) -> str:
        """Run `ct112 agencies`, check its exit code, return what it said."""
        result = self.runner.invoke(cli_agencies.app, list(words), env=self._environment)
        assert result.exit_code == code, result.output
        return result.output

    def routing(self, *words: str, code: int = 0) -> str:
        """Run `ct112 routing`, check its exit code, return what it said."""
        result = self.runner.invoke(cli_routing.app, list(words), env=self._environment)
        assert result.exit_code == code, result.output
        return result.output

    def callback(self, *words: str, code: int = 0) -> str:
        """Run `ct112 callback`, check its exit code, return what it said."""
        result = self.runner.invoke(cli_callback.app, list(words), env=self._environment)
        assert result.exit_code == code, result.output
        return result.output

    def dispatch(self, *words: str, code: int = 0) -> str:
        """Run `ct112 dispatches`, check its exit code, return what it said."""
        result = self.runner.invoke(cli_dispatches.app, list(words), env=self._environment)
        assert result.exit_code == code, result.output
        return result.output

    def incident(self, *words: str, code: int = 0) -> str:
        """Run `ct112 incidents`, check its exit code, return what it said."""
        result = self.runner.invoke(cli_incident.app, list(words), env=self._environment)
        assert result.exit_code == code, result.output
        return result.output

    def privacy(self, *words: str, code: int = 0) -> str:
        """Run `ct112 privacy`, check its exit code, return what it said."""
        result = self.runner.invoke(cli_privacy.app, list(words), env=self._environment)
        assert result.exit_code == code, result.output
        return result.output

    def db(self, word: str, code: int = 0) -> str:
        """Run `ct112 db`, check its exit code, return what it said."""
        result = self.runner.invoke(cli_db.app, [word], env=self._environment)
        assert result.exit_code == code, result.output
        return result.output
