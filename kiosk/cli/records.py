"""Files in and out: rosters, lists of books, ledgers, backups, the school record."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from kiosk.cli.common import FILE, at_the_kiosk, plainly

DAY: Final = click.DateTime(formats=["%Y-%m-%d"])


@click.command("import-roster")
@click.argument("file", type=FILE)
@click.option("--apply", is_flag=True, help="Carry out what the preview says.")
@plainly
def import_roster(file: Path, *, apply: bool) -> None:
    """Compare a roster with the children here; change nothing without --apply.

    Example: kiosk import-roster roster.xlsx
    """
    from kiosk.services import roster

    with at_the_kiosk() as here:
        plan = roster.preview(file, here=here)
        for line in roster.describe(plan):
            click.echo(line)
        if apply:
            roster.apply(plan, actor_id=None, here=here)
            click.echo("Applied.")
        else:
            click.echo("Nothing was changed. Run again with --apply to carry it out.")


@click.command("import-books")
@click.argument("file", type=FILE)
@click.option("--apply", is_flag=True, help="Carry out what the preview says.")
@plainly
def import_books(file: Path, *, apply: bool) -> None:
    """Read a list of books (CNMARC, workbook or CSV); change nothing without --apply.

    Example: kiosk import-books books.iso --apply
    """
    from kiosk.services import intake

    with at_the_kiosk() as here:
        plan = intake.preview(file, here=here)
        for line in intake.describe(plan):
            click.echo(line)
        if apply:
            with click.progressbar(length=max(len(plan.titles), 1), label="Adding") as bar:
                intake.apply(plan, actor_id=None, here=here, progress=bar.update)
            click.echo("Applied.")
        else:
            click.echo("Nothing was changed. Run again with --apply to carry it out.")


@click.command()
@click.option("--target", help="folder or postgres (default: the setting `record`).")
@plainly
def sync(target: str | None) -> None:
    """Send what is new to the school record; safe to run at any time.

    Example: kiosk sync --target folder
    """
    from kiosk.services import sync as record

    with at_the_kiosk() as here:
        waiting = max(record.status(here.settings, target=target).waiting, 1)
        with click.progressbar(length=waiting, label="Sending") as bar:
            report = record.sync_target(target, here=here, progress=bar.update)
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

    with at_the_kiosk() as here:
        path = make_backup(here=here)
    click.echo(f"Backup written and checked: {path}")


@click.command()
@plainly
def verify() -> None:
    """Check the database, the audit chain and the newest backup.

    Example: kiosk verify
    """
    from kiosk.services.health import verify_all

    with at_the_kiosk() as here:
        findings = verify_all(here=here)
    for line in findings.lines:
        click.echo(line)
    if not findings.is_well:
        sys.exit(1)


@click.command()
@click.argument("name")
@click.option("--from", "first", required=True, type=DAY, help="First day, 2026-09-01.")
@click.option("--to", "last", required=True, type=DAY, help="Last day, 2026-09-30.")
@click.option("--format", "kind", type=click.Choice(["csv", "xlsx"]), default="xlsx")
@click.option("-o", "output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@plainly
def ledger(name: str, first: datetime, last: datetime, kind: str, output: Path) -> None:
    """Write a ledger (L1, L3, L4 or L6) of a period to a file.

    Example: kiosk ledger L3 --from 2026-09-01 --to 2026-09-30 --format xlsx -o l3.xlsx
    """
    from kiosk.services import ledgers

    with at_the_kiosk() as here:
        rows = ledgers.write(
            name,
            first=first.date(),
            last=last.date(),
            kind=kind,
            output=output,
            actor_id=None,
            here=here,
        )
    click.echo(f"{rows} rows written to {output}")
