"""Files in and out: rosters, ledgers, backups, the school record."""

import logging
import sys
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

import click

from kiosk.cli.common import FILE, at_the_kiosk, plainly, progress, where

DAY: Final = click.DateTime(formats=["%Y-%m-%d"])
_LEDGERS: Final = {
    "L1": "openings of the room",
    "L2": "the duty rota",
    "L2A": "the duty log",
    "L3": "children's visits",
    "L4": "family calls",
    "L5": "each child's calls",
    "L6": "books lent",
    "L7": "books that came in",
    "L8": "books by class",
    "L9": "losses of books",
    "L10": "books for each reader",
    "L11": "donations",
    "L11A": "books of the donations",
    "L12": "activities",
    "L14": "figures by class",
    "L15": "who looks after whom",
    "L17": "safety checks",
    "L18": "what each child read",
    "L19": "things to be scrapped",
    "L20": "games lent",
    "L21": "figures by month",
    "L22": "the board for the door",
}


@click.command("import-roster")
@click.argument("file", type=FILE)
@click.option("--all", "everything", is_flag=True, help="List every line of the preview.")
@click.option("--apply", is_flag=True, help="Carry out what the preview says.")
@plainly
def import_roster(file: Path, *, everything: bool, apply: bool) -> None:
    """Compare a roster with the children here; change nothing without --apply.

    Example: kiosk import-roster roster.xlsx
    """
    from kiosk.services import roster

    with at_the_kiosk() as here:
        plan = roster.preview(file, here=here)
        for line in roster.describe(plan, everything=everything):
            click.echo(line)
        if apply:
            with progress("Applying", roster.steps(plan)) as step:
                roster.apply(plan, actor_id=None, here=here, progress=step)
            click.echo("Applied.")
        else:
            click.echo("Nothing was changed. Run again with --apply to carry it out.")


@click.command()
@click.option(
    "--target",
    type=click.Choice(["folder", "postgres"]),
    help="Where to (default: the setting `record`).",
)
@plainly
def sync(target: str | None) -> None:
    """Send what is new to the school record; safe to run at any time.

    Example: kiosk sync --target folder
    """
    from kiosk.services import sync as record

    with at_the_kiosk() as here:
        waiting = record.status(here.settings, target=target).waiting
        with progress("Sending", waiting) as step:
            report = record.sync_target(target, here=here, progress=step)
    click.echo(report.sentence())
    if not report.is_complete:
        sys.exit(1)


@click.command()
@plainly
def backup() -> None:
    """Copy the database into instance/backups and check the copy.

    Example: kiosk backup
    """
    from kiosk.services.backup import make_backup
    from kiosk.services.progress import PARTS

    with at_the_kiosk() as here, progress("Copying and checking", PARTS) as step:
        path = make_backup(here=here, progress=step)
    click.echo(f"Backup written and checked: {path}")


@click.command()
@plainly
def verify() -> None:
    """Check the database, the audit chain and the newest backup.

    Example: kiosk verify
    """
    from kiosk.services.health import CHECKS, verify_all

    with at_the_kiosk() as here, progress("Looking", len(CHECKS)) as step:
        findings = verify_all(here=here, progress=step)
    for line in findings.lines:
        click.echo(line)
    if not findings.is_well:
        sys.exit(1)


class _NamesLedgers(click.Command):
    """Says in its help which ledgers there are."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from kiosk.services.ledgers import Ledger

        super().format_help_text(ctx, formatter)
        named = ", ".join(f"{one} ({_LEDGERS[one]})" for one in Ledger)
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(f"NAME is one of {named}.")


@click.command(cls=_NamesLedgers)
@click.argument("name")
@click.option("--from", "first", required=True, type=DAY, help="First day, 2026-09-01.")
@click.option("--to", "last", required=True, type=DAY, help="Last day, 2026-09-30.")
@click.option("--format", "kind", type=click.Choice(["csv", "xlsx"]), default="xlsx")
@click.option("-o", "output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@plainly
def ledger(name: str, first: datetime, last: datetime, kind: str, output: Path) -> None:
    """Write a ledger of a period to a file.

    Example: kiosk ledger L3 --from 2026-09-01 --to 2026-09-30 --format xlsx -o l3.xlsx
    """
    from kiosk.services import ledgers
    from kiosk.services.progress import PARTS

    with at_the_kiosk() as here, progress("Writing", PARTS) as step:
        rows = ledgers.write(
            name,
            first=first.date(),
            last=last.date(),
            kind=kind,
            output=output,
            actor_id=None,
            here=here,
            progress=step,
        )
    click.echo(f"{rows} rows written to {output}")


@click.command("end-term")
@click.argument("name")
@click.option("--actor", type=click.UUID, hidden=True)
@click.option("--at", type=datetime.fromisoformat, hidden=True)
@click.option("--told", is_flag=True, hidden=True)
@plainly
def end_term(name: str, *, actor: UUID | None, at: datetime | None, told: bool) -> None:
    """Freeze the ledgers of a term and forget who read what, where the school has set so.

    NAME is that of the term in the calendar. It cannot be taken back.

    Example: kiosk end-term 2026—2027学年第一学期
    """
    from kiosk.services import term_end

    with at_the_kiosk(at=at) as here:
        said = partial(_say_how_far, is_wanted=told)
        ended = term_end.end(name, actor_id=actor, here=here, told=said)
    click.echo(f"{ended.ledgers} ledgers are frozen; {ended.forgotten} loans have no reader now.")


def _say_how_far(done: int, of: int, *, is_wanted: bool) -> None:
    """Say how many of how many ledgers are ready, to the page that waits (`term_job`)."""
    if is_wanted:
        click.echo(f"{done}/{of}")


@click.command("make-pack", hidden=True)
@click.argument("pack_id", type=click.UUID)
def make_pack(pack_id: UUID) -> None:
    """Make an inspection pack that was asked for on the staff page; the kiosk starts it."""
    from kiosk.services import packs

    # What this process says is kept as a file: a message may quote a name, so none is.
    logging.disable()
    try:
        with at_the_kiosk() as here:
            packs.make(pack_id, here=here)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told as where it happened
        click.echo(where(error), err=True)
        click.get_current_context().exit(1)
