"""The way `email`: one mail for each delivery, with its id as Message-ID, in plain Indonesian text."""

from email.headerregistry import Address
from email.message import EmailMessage

import aiosmtplib

from ct112.incidents import written
from ct112.incidents.destinations import is_email
from ct112.incidents.numbering import spoken as number_said
from ct112.incidents.outcomes import Delivered, Failed, Outcome, Refused
from ct112.incidents.spoken import Telling
from ct112.worker.errands import Errand, Hands, Mailing

SECONDS = 8.0
SUBJECT = {
    Telling.NEW: "112: laporan {number}, {category}",
    Telling.CHANGE: "112: perubahan laporan {number}, {category}",
    Telling.STAND_DOWN: "112: laporan {number} dibatalkan",
}


async def deliver(errand: Errand, hands: Hands) -> Outcome:
    """Send it. A server that took it has received it; whether anybody read it, only a person can say."""
    mailing, to = hands.mailing, errand.step.address or ""
    if mailing.host is None:
        return Refused("no mail leaves the house: set CT112_SMTP_HOST")
    if not is_email(to):
        return Refused("no address to send to: correct the contact")
    try:
        await aiosmtplib.send(
            message(errand, mailing, to),
            hostname=mailing.host,
            port=mailing.port,
            username=mailing.user,
            password=mailing.password,
            use_tls=mailing.security == "tls",
            start_tls=mailing.security == "starttls",
            timeout=SECONDS,
        )
    except aiosmtplib.SMTPResponseException as error:
        return Failed(f"the mail server said {error.code}")
    except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
        return Failed(f"mail: {type(error).__name__}")
    return Delivered("the mail server took it", received=False)


def message(errand: Errand, mailing: Mailing, to: str) -> EmailMessage:
    """Return the mail. The same delivery again has the same Message-ID, by which mailboxes know it."""
    number = number_said(errand.view.number)
    subject = SUBJECT[errand.leased.telling].format(number=number, category=errand.view.category_name)
    mail = EmailMessage()
    mail["From"] = Address(addr_spec=mailing.sender or f"ct112@{mailing.host}")
    mail["To"] = Address(addr_spec=to)
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = errand.now
    mail["Message-ID"] = f"<{errand.leased.id}@ct112>"
    mail.set_content(f"{written.text(errand.view, errand.leased.telling, errand.what)}\n")
    return mail
