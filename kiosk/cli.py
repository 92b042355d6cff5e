"""The `kiosk` command: thin on the use cases; exit code 0 only when it did what it says."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

import click

from kiosk import models
from kiosk.clock import utc_now
from kiosk.db import open_database
from kiosk.errors import KioskError
from kiosk.services import homes
from kiosk.services.here import Here
from kiosk.services.sentences import sentence
from kiosk.settings import INSTANCE_VARIABLE, Settings

__all__ = ["main", "models"]

_DEFAULT_INSTANCE: Final = "instance"
P = ParamSpec("P")
R = TypeVar("R")

DAY: Final = click.DateTime(formats=["%Y-%m-%d"])
FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


def instance_folder() -> Path:
    """Return the folder that KIOSK_INSTANCE names, or `instance` here."""
    return Path(os.environ.get(INSTANCE_VARIABLE) or _DEFAULT_INSTANCE).resolve()


def plainly(command: Callable[P, R]) -> Callable[P, R]:
    """Turn an error that has a sentence into that sentence and exit code 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except KioskError as error:
            raise click.ClickException(sentence(error)) from error

    return run


@contextmanager
def at_the_kiosk() -> Iterator[Here]:
    """Give a command this instance's database and moment."""
    settings = Settings.load(instance_folder(), os.environ)
    with open_database(settings.database_url):
        yield Here(now=utc_now(), settings=settings, home_id=homes.find(settings))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nuanwu")
def main() -> None:
    """Run the kiosk of a children's home.

    The environment variable KIOSK_INSTANCE names the instance folder (default: ./instance).

    Example: kiosk init --staff-name 王老师
    """


@main.command()
@click.option("--staff-name", help="Make this person the first administrator.")
@plainly
def init(staff_name: str | None) -> None:
    """Make an instance, or bring one up to date.

    Example: kiosk init --staff-name 王老师
    """
    from kiosk.services.setup import init_instance

    if staff_name is None and sys.stdin.isatty() and _wants_administrator():
        staff_name = click.prompt("Name of the first administrator (as the door shows it)")
    done = init_instance(instance_folder(), env=os.environ, now=utc_now(), staff_name=staff_name)
    click.echo(f"The instance is ready in {instance_folder()}.")
    if done.administrator is not None:
        click.echo(f"Staff card: {done.administrator.card_code}")
        click.echo(f"One-time PIN: {done.administrator.one_time_pin}")
        click.echo("Write both down now: they are not shown again.")


def _wants_administrator() -> bool:
    return not (instance_folder() / "kiosk.db").exists()


@main.command()
@click.option("--port", type=int, help="Port on 127.0.0.1 (default: the setting `port`).")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@plainly
def run(port: int | None, *, no_browser: bool) -> None:
    """Start the kiosk; stop it with Ctrl+C.

    Example: kiosk run --port 8800
    """
    from kiosk.app import create_app
    from kiosk.services import running
    from kiosk.web import server

    settings = Settings.load(instance_folder(), os.environ)
    with running.alone(settings):
        app = create_app(settings)
        with app.app_context():
            running.prepare(settings, now=utc_now())
        chosen = port or settings.port
        url = f"http://127.0.0.1:{chosen}/"
        click.echo(f"The kiosk is at {url} - stop it with Ctrl+C.")
        with running.background(app.extensions["kiosk"].record):
            if not no_browser:
                click.launch(url)
            _serve(server.serve, app, chosen)


def _serve(serve: Callable[..., None], app: object, port: int) -> None:
    try:
        serve(app, port=port)
    except OSError as error:
        raise click.ClickException(
            f"Port {port} is taken by another program. Choose another one with --port."
        ) from error


@main.command()
@click.option("--children", default=60, show_default=True, type=click.IntRange(1, 3000))
@click.option("--titles", default=110, show_default=True, type=click.IntRange(1, 20000))
@click.option("--days", default=14, show_default=True, type=click.IntRange(0, 400))
@click.option("--seed", default=1, show_default=True, type=int)
@plainly
def demo(children: int, titles: int, days: int, seed: int) -> None:
    """Fill an empty instance with an invented school, and write demo-codes.csv.

    Example: kiosk demo --children 60 --titles 110 --days 14
    """
    from kiosk.services.demo import make_demo

    with click.progressbar(length=100, label="Making the demo school") as bar:
        made = make_demo(
            instance_folder(),
            env=os.environ,
            children=children,
            titles=titles,
            days=days,
            seed=seed,
            now=utc_now(),
            progress=bar.update,
        )
    click.echo(f"{made.children} children, {made.items} books, {made.visits} visits.")
    click.echo(f"Codes to try: {instance_folder() / 'demo-codes.csv'}")
    click.echo(f"Staff card: {made.staff_code}   PIN: {made.staff_pin}")


@main.command("import-roster")
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


@main.command("import-books")
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
            intake.apply(plan, actor_id=None, here=here)
            click.echo("Applied.")
        else:
            click.echo("Nothing was changed. Run again with --apply to carry it out.")


@main.command()
@click.option("--target", help="folder or postgres (default: the setting `record`).")
@plainly
def sync(target: str | None) -> None:
    """Send what is new to the school record; safe to run at any time.

    Example: kiosk sync --target folder
    """
    from kiosk.services.sync import sync_target

    with at_the_kiosk() as here:
        report = sync_target(target, here=here)
    click.echo(report.sentence())
    if not report.is_complete:
        sys.exit(1)


@main.command()
@plainly
def backup() -> None:
    """Copy the database into instance/backups and check the copy.

    Example: kiosk backup
    """
    from kiosk.services.backup import make_backup

    with at_the_kiosk() as here:
        path = make_backup(here=here)
    click.echo(f"Backup written and checked: {path}")


@main.command()
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


@main.command()
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


@main.group()
def staff() -> None:
    """Add staff, or give a new PIN.

    Example: kiosk staff add 李老师 --role duty_teacher
    """


@staff.command("add")
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(["volunteer", "duty_teacher", "librarian", "administrator"]),
    default="duty_teacher",
    show_default=True,
)
@plainly
def staff_add(name: str, role: str) -> None:
    """Add a person with a card and a one-time PIN.

    Example: kiosk staff add 李老师 --role duty_teacher
    """
    from kiosk.rules.staff import Role
    from kiosk.services import staff as people

    with at_the_kiosk() as here:
        added = people.add(display_name=name, role=Role(role), here=here, actor_id=None)
    click.echo(f"Staff card: {added.card_code}\nOne-time PIN: {added.one_time_pin}")


@staff.command("pin")
@click.argument("name")
@plainly
def staff_pin(name: str) -> None:
    """Give a person a new one-time PIN and a new card; the old card ends.

    Example: kiosk staff pin 李老师
    """
    from kiosk.services import staff as people

    with at_the_kiosk() as here:
        fresh = people.reset_pin(display_name=name, here=here)
    click.echo(f"Staff card: {fresh.card_code}\nOne-time PIN: {fresh.one_time_pin}")
